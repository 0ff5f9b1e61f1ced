import type { Hono, NotFoundHandler } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { Problem, respondWithProblem } from "./problem.ts";
import type { ShellVariables } from "./variables.ts";

type App = Hono<{ Variables: ShellVariables }>;

/**
 * Answers what no route serves: 405 with `Allow` where the path is served by other methods
 * (RFC 9110, 15.5.6), else 404.
 */
export function unserved(app: Pick<App, "routes">): NotFoundHandler<{ Variables: ShellVariables }> {
  let methodsAt: ((path: string) => string[]) | undefined;
  return (context) => {
    // At the first question, when all routes are there.
    methodsAt ??= methodsOf(app.routes);
    const { method, path } = context.req;
    const allowed = methodsAt(path);
    if (allowed.length === 0) {
      return respondWithProblem(
        new Problem(404, "Not found", `nothing is served at ${path}`),
        context,
      );
    }
    context.header("Allow", allowed.join(", "));
    const detail = `${path} is not for ${method}, but for ${allowed.join(", ")}`;
    return respondWithProblem(new Problem(405, "Method not allowed", detail), context);
  };
}

function methodsOf(routes: App["routes"]): (path: string) => string[] {
  const router = new TrieRouter<string>();
  // What is there for every method goes before a route and answers nothing itself.
  for (const { method, path } of routes) if (method !== "ALL") router.add("ALL", path, method);
  return (path) => {
    const found = new Set(router.match("GET", path)[0].map(([method]) => method));
    if (found.has("GET")) found.add("HEAD");
    return [...found].sort();
  };
}
