import type { Context } from "hono";
import { services } from "#apps/contracts/services.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import type { Asset, Assets } from "./assets.ts";
import { pageHeaders, pagePolicy } from "./page-policy.ts";

type Contract = (typeof services)["web"];

export type WebDeps = Pick<Runtime<Contract>, "createApp"> & { readonly assets: Assets };

/** Names of assets have the hash of what is in them. */
const forever = "public, max-age=31536000, immutable";
const checkFirst = "no-cache";

/** Paths that name a file; at all others that are public the page itself says what is there. */
const filePaths: readonly string[] = ["/assets", "/sw.js"];

/** Serves the page and its assets. */
export function createApp({ createApp: create, assets }: WebDeps) {
  const app = create({});
  const page = (context: Context) => {
    const policy = pagePolicy(context.req.header("x-forwarded-host") ?? context.req.header("host"));
    return send(context, assets.find("index.html"), checkFirst, {
      "Content-Security-Policy": policy,
    });
  };
  app.get("/assets/*", (context) => send(context, assets.find(context.req.path.slice(1)), forever));
  app.get("/sw.js", (context) => send(context, assets.find("sw.js"), checkFirst));
  for (const path of services.web.publicPaths) {
    if (filePaths.includes(path)) continue;
    app.get(path, page);
    if (path !== "/") app.get(`${path}/*`, page);
  }
  return app;
}

function send(
  context: Context,
  asset: Asset | undefined,
  cacheControl: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  if (!asset) throw new Problem(404, "Not found", `nothing is served at ${context.req.path}`);
  const encoding = encodingFor(asset, context.req.header("accept-encoding") ?? "");
  // Weak, as it is the same however it is compressed.
  const etag = `W/"${asset.etag}"`;
  const all = {
    ...pageHeaders,
    ...headers,
    ...{ "Content-Type": asset.type, "Cache-Control": cacheControl, ETag: etag },
    Vary: "Accept-Encoding",
    ...(encoding !== "identity" && { "Content-Encoding": encoding === "br" ? "br" : "gzip" }),
  };
  if (context.req.header("if-none-match") === etag) return context.body(null, 304, all);
  return context.body(asset[encoding] ?? asset.identity, 200, all);
}

/** The smallest form that the caller takes. */
function encodingFor(asset: Asset, accepted: string): "br" | "gzip" | "identity" {
  const takes = (name: string): boolean =>
    accepted.split(",").some((one) => {
      const [coding = "", ...parameters] = one.trim().toLowerCase().split(";");
      return coding.trim() === name && !parameters.some((part) => /^\s*q=0(\.0*)?\s*$/.test(part));
    });
  if (asset.br && takes("br")) return "br";
  return asset.gzip && takes("gzip") ? "gzip" : "identity";
}
