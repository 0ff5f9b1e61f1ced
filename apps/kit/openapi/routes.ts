import { Hono } from "hono";
import { documentOf } from "./document.ts";
import type { ApiDescription } from "./operation.ts";
import { pageOf, pagePolicy } from "./page.ts";

/** `/openapi.json` for programs and `/docs` for people; made when they are first asked for. */
export function createDocumentRoutes(api: ApiDescription): Hono {
  let json: string | undefined;
  let page: string | undefined;
  const app = new Hono();
  app.get("/openapi.json", (context) => {
    json ??= JSON.stringify(documentOf(api));
    return context.body(json, 200, { "Content-Type": "application/json; charset=utf-8" });
  });
  app.get("/docs", (context) => {
    page ??= pageOf(documentOf(api));
    context.header("Content-Security-Policy", pagePolicy);
    context.header("X-Content-Type-Options", "nosniff");
    return context.html(page);
  });
  return app;
}
