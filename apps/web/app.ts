import type { services } from "#apps/contracts/services.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { page } from "./page.ts";

type Contract = (typeof services)["web"];

/** Serves the page. */
export function createApp({ createApp }: Pick<Runtime<Contract>, "createApp">) {
  const app = createApp({});
  app.get("/", (context) =>
    context.html(page, 200, {
      "Cache-Control": "no-cache",
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
      "X-Content-Type-Options": "nosniff",
    }),
  );
  return app;
}
