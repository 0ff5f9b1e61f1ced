import { type Context, Hono } from "hono";
import type { DeadLetter } from "#commands/events/dead-letters.ts";
import type { Handled, Verdict } from "#commands/events/handle.ts";
import { gone, told } from "#commands/events/letter-view.ts";
import { Refusal } from "#commands/run.ts";
import type { Visitor } from "./access.ts";
import { confirmPage, letterPage } from "./letter-pages.ts";
import type { Overview } from "./overview.ts";
import { overviewPage } from "./overview-page.ts";
import { messagePage, pagePolicy } from "./page.ts";

export type OperatorAppDeps = {
  readonly visitorOf: (headers: Headers) => Promise<Visitor>;
  /** Origins under which the gateway serves the page. */
  readonly origins: () => readonly string[];
  readonly overview: () => Promise<Overview>;
  /** The dead letter with this id; undefined when it is not there (any more). */
  readonly letter: (id: string) => Promise<DeadLetter | undefined>;
  readonly handle: (id: string, verdict: Verdict) => Promise<Handled>;
};

const verdicts = { redrive: "redriven", discard: "discarded" } as const;
/** What may be said of the last thing that was done: an address may have any words. */
const saysDone = /^(redriven|discarded) [a-z0-9.-]+\/\d+\/\d+$/;
type Action = keyof typeof verdicts;

// <topic>/<partition>/<offset>, as `npm run events` has it.
const letterPath = "/ops/letters/:topic/:partition/:offset";
const idOf = (context: Context): string =>
  ["topic", "partition", "offset"].map((name) => context.req.param(name)).join("/");

/** The page of operators. Whole without a script: what changes something is a form. */
export function createOperatorApp(deps: OperatorAppDeps) {
  const app = new Hono();

  app.get("/healthz", (context) => context.json({ status: "ok" }));

  app.use("/ops/*", async (context, next) => {
    context.header("Content-Security-Policy", pagePolicy);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "same-origin");
    context.header("Cache-Control", "no-store");
    const visitor = await deps.visitorOf(context.req.raw.headers);
    if (visitor === "nobody") {
      context.header("WWW-Authenticate", "Bearer");
      const why =
        "This page is for operators: npm start ends with the address and password of one.";
      return context.html(messagePage("Sign in first", why, "signIn"), 401);
    }
    if (visitor === "user") {
      const why =
        "You are signed in, but not as an operator of this stack: npm start ends with the address " +
        "and password of one. Sign out in the application first.";
      return context.html(messagePage("Not for you", why, "application"), 403);
    }
    await next();
  });

  app.get("/ops", async (context) => {
    const { live, done } = context.req.query();
    const overview = await deps.overview();
    const said = done !== undefined && saysDone.test(done) ? done : undefined;
    return context.html(overviewPage(overview, { live: live !== "off", done: said }));
  });

  app.get(letterPath, async (context) => {
    const letter = await deps.letter(idOf(context));
    return letter ? context.html(letterPage(told(letter))) : missing(context);
  });

  for (const action of Object.keys(verdicts) as Action[]) {
    app.get(`${letterPath}/${action}`, async (context) => {
      const letter = await deps.letter(idOf(context));
      return letter ? context.html(confirmPage(told(letter), action)) : missing(context);
    });
    app.post(`${letterPath}/${action}`, async (context) => {
      // A browser always says where a form comes from; another site cannot say that it is this one.
      if (!deps.origins().includes(context.req.header("origin") ?? "")) {
        const why = "This was not sent by a form of this page, so nothing was done.";
        return context.html(messagePage("Refused", why, "overview"), 403);
      }
      const { done } = await deps.handle(idOf(context), verdicts[action]);
      if (done.length === 0) return missing(context);
      const said = new URLSearchParams({ done: `${verdicts[action]} ${done[0]}` });
      return context.redirect(`/ops?${said}`, 303);
    });
  }

  app.notFound((context) =>
    context.html(messagePage("Nothing here", "There is no such page.", "overview"), 404),
  );
  app.onError((error, context) => {
    if (!(error instanceof Refusal)) console.error(error);
    const why = error instanceof Refusal ? error.message : "What went wrong is in the log of ops.";
    return context.html(messagePage("Not done", why, "overview"), 503);
  });
  return app;
}

const missing = (context: Context) =>
  context.html(messagePage("Not there any more", `${gone(idOf(context))}.`, "overview"), 404);
