import { routes } from "./route-table.ts";

const paths = routes
  .filter(({ prefix }) => prefix !== "/")
  .map(({ prefix, appId }) => `<li><a href="${prefix}">${prefix}</a>, of ${appId}</li>`)
  .sort()
  .join("\n      ");

/** What is here, for who comes with a browser. */
export const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Todo Evolution</title>
    <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>Todo Evolution</h1>
    <p>A todo application whose every change is an event. Programs find its API described at
      <a href="/docs">/docs</a>. Public here are:</p>
    <ul>
      ${paths}
    </ul>
  </body>
</html>
`;
