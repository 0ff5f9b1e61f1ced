import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Database } from "#apps/kit/database/connect.ts";
import type { UserVariables } from "#apps/kit/http/identity.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import type { Actor } from "../change-record.ts";
import type { Answer } from "../idempotency.ts";
import type { Page } from "../list-cache.ts";
import type { MakeChange } from "../make-change.ts";
import type { TaskRow } from "../schema.ts";
import { standsAlone, type TaskStore } from "../store.ts";
import { positionOf, type TaskQuery, taskQuery } from "../task-query.ts";
import { newTask, taskPatch, taskView } from "../tasks.ts";
import { expectedVersion, readBody, readQuery, taskIdOf } from "./input.ts";

export type TaskRouteDeps = {
  readonly makeChange: MakeChange;
  readonly store: TaskStore;
  /** A page of a user's tasks. */
  readonly list: (userId: string, query: TaskQuery) => Promise<Page>;
};

type Variables = ShellVariables & UserVariables;

/** The tasks of the authenticated user. */
export function createTaskRoutes({ makeChange, store, list }: TaskRouteDeps) {
  const app = new Hono<{ Variables: Variables }>();

  app.post("/", async (context) => {
    const input = await readBody(context, newTask);
    const made = (row: TaskRow) => answer(row, 201, { Location: `/api/tasks/${row.id}` });
    return change(
      context,
      async (tx, actor) => made(await store.create(tx, actor, input)),
      standsAlone(input) ? async (actor) => made(await store.createAlone(actor, input)) : undefined,
    );
  });

  app.get("/", async (context) => {
    const query = readQuery(context, taskQuery);
    // Of a cursor that fits another list nothing may be looked up.
    positionOf(query);
    return context.json(await list(context.var.userId, query));
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
    alone?: (actor: Actor) => Promise<Answer>,
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
    const given = await makeChange(request, (tx) => work(tx, actor), alone && (() => alone(actor)));
    if (given.replayed) context.header("Idempotency-Replayed", "true");
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
