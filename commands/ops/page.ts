import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { style } from "./style.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Nothing but this page's own style and forms; no script at all. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole page. `refreshSeconds` has the browser load it again, without a script. */
export const pageOf = (
  title: string,
  body: Html,
  refreshSeconds?: number,
): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    ${refreshSeconds === undefined ? "" : html`<meta http-equiv="refresh" content="${refreshSeconds};url=/ops">`}
    <title>${title} · Todo Evolution operations</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <header><a href="/ops">Todo Evolution <span>operations</span></a></header>
    <main>${body}</main>
  </body>
</html>`;

/** Ways on from a page that says one thing; signing in comes back here (`comeBackTo` of the page). */
const ways = {
  overview: { href: "/ops", text: "Back to the overview" },
  application: { href: "/", text: "To the application" },
  signIn: { href: "/sign-in?then=/ops", text: "Sign in" },
} as const;

/** A page that says one thing, with a way on. */
export const messagePage = (title: string, why: string, way: keyof typeof ways): Html =>
  pageOf(
    title,
    html`<h1>${title}</h1><p>${why}</p>
    <p><a class="button" href="${ways[way].href}">${ways[way].text}</a></p>`,
  );

/** Rows under headings. Where it is wider than the window it alone can be moved, by keys too. */
export const tableOf = (
  label: string,
  headings: readonly string[],
  rows: readonly (readonly (string | number | Html)[])[],
): Html => html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table>
  <thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
  <tbody>${rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody>
</table></div>`;
