import { Hono } from "hono";
import { nextInSeries } from "#apps/contracts/occurrences.ts";
import { fromDeclaredCallers } from "#apps/kit/dapr/callers.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { readBody } from "../routes/input.ts";
import type { TaskStore } from "../store.ts";
import { makeNext } from "./store.ts";

export type OccurrenceRouteDeps = {
  readonly database: Database;
  readonly store: Pick<TaskStore, "createInSeries">;
  readonly appApiToken: string;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

export const occurrenceRoute = { method: "POST", path: "/internal/occurrences" } as const;

/** Acting for a user: the next task of a series, asked for by the service that watches them. */
export function createOccurrenceRoutes({
  database,
  store,
  appApiToken,
  wake,
}: OccurrenceRouteDeps) {
  const app = new Hono<{ Variables: ShellVariables }>();
  const callers = fromDeclaredCallers("backend", occurrenceRoute, appApiToken);
  return app.post(occurrenceRoute.path, callers, async (context) => {
    const asked = await readBody(context, nextInSeries);
    const actor = {
      userId: asked.user_id,
      correlationId: asked.correlation_id,
      traceparent: traceparentOf(context.var.trace),
      source: "recurring" as const,
    };
    const next = await database.transaction((tx) =>
      makeNext(tx as unknown as Database, store, actor, asked),
    );
    if (next.created) wake(laneOf(asked.user_id));
    return context.json(next, next.created ? 201 : 200);
  });
}
