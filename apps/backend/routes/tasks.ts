import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { id } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import type { UserVariables } from "#apps/kit/http/bearer.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { type Answer, answerOnce } from "../idempotency.ts";
import type { TaskRow } from "../schema.ts";
import type { Actor, TaskStore } from "../store.ts";
import { newTask, taskPatch, taskView } from "../tasks.ts";
import { check, expectedVersion, paging, readBody, taskIdOf } from "./input.ts";

export type TaskRouteDeps = {
  readonly database: Database;
  readonly store: TaskStore;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

type Variables = ShellVariables & UserVariables;

/** The tasks of the authenticated user. */
export function createTaskRoutes({ database, store, wake }: TaskRouteDeps) {
  const app = new Hono<{ Variables: Variables }>();

  app.post("/", async (context) => {
    const input = await readBody(context, newTask);
    return change(context, async (tx, actor) => {
      const row = await store.create(tx, actor, input);
      return answer(row, 201, { Location: `/api/tasks/${row.id}` });
    });
  });

  app.get("/", async (context) => {
    const { limit, cursor } = check(paging, context.req.query());
    const before = cursor === undefined ? undefined : check(id, cursor);
    const { rows, sequence } = await store.list(context.var.userId, limit + 1, before);
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    return context.json({ tasks: page.map(taskView), sequence, next });
  });

  app.get("/:id", async (context) => {
    const row = await store.get(context.var.userId, taskIdOf(context.req.param("id")));
    return send(context, answer(row, 200));
  });

  app.patch("/:id", async (context) => {
    const taskId = taskIdOf(context.req.param("id"));
    const version = expectedVersion(context.req.header("if-match"));
    const patch = await readBody(context, taskPatch);
    return change(context, async (tx, actor) =>
      answer(await store.update(tx, actor, taskId, patch, version), 200),
    );
  });

  app.post("/:id/complete", async (context) => {
    const taskId = taskIdOf(context.req.param("id"));
    const version = expectedVersion(context.req.header("if-match"));
    return change(context, async (tx, actor) =>
      answer(await store.complete(tx, actor, taskId, version), 200),
    );
  });

  app.delete("/:id", async (context) => {
    const taskId = taskIdOf(context.req.param("id"));
    const version = expectedVersion(context.req.header("if-match"));
    return change(context, async (tx, actor) => {
      await store.delete(tx, actor, taskId, version);
      return { status: 204, body: null, headers: {} };
    });
  });

  async function change(
    context: Context<{ Variables: Variables }>,
    work: (tx: Database, actor: Actor) => Promise<Answer>,
  ): Promise<Response> {
    const { userId, requestId, trace } = context.var;
    const actor = { userId, correlationId: requestId, traceparent: traceparentOf(trace) };
    const request = {
      userId,
      key: context.req.header("idempotency-key"),
      fingerprint: [
        `${context.req.method} ${context.req.path}`,
        context.req.header("if-match") ?? "",
        await context.req.text(),
      ].join("\n"),
    };
    const given = await answerOnce(database, request, (tx) => work(tx, actor));
    if (given.replayed) context.header("Idempotency-Replayed", "true");
    else wake(laneOf(userId));
    return send(context, given);
  }

  return app;
}

const answer = (row: TaskRow, status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  body: taskView(row),
  headers: { ETag: `"${row.version}"`, ...headers },
});

function send(context: Context, { status, body, headers }: Answer): Response {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  return status === 204
    ? context.body(null, 204)
    : context.json(body, status as ContentfulStatusCode);
}
