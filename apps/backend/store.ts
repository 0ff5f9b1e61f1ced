import { and, eq, sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { Database } from "#apps/kit/database/connect.ts";
import { hasRefusedStatement } from "#apps/kit/database/reason.ts";
import { createGather } from "#apps/kit/gather.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { outsideOfTraces, traced } from "#apps/kit/tracing/scope.ts";
import {
  type Actor,
  type BackendOutbox,
  type ChangeKind,
  recordChange,
  recordNewTasks,
  type TaskChange,
} from "./change-record.ts";
import type { Page } from "./list-cache.ts";
import { type TaskRow, taskColumns, tasks } from "./schema.ts";
import { listTasks, type TaskPage } from "./task-list.ts";
import { cursorOf, type TaskQuery } from "./task-query.ts";
import { type NewTask, type TaskPatch, taskView } from "./tasks.ts";

/** What the next task of a series takes over from the one before. */
export type SeriesTask = Pick<
  TaskRow,
  "id" | "title" | "description" | "priority" | "tags" | "dueDate" | "recurring"
>;

/** What else a change of a task means, in its transaction. */
export type FollowChange = (
  tx: Database,
  actor: Actor,
  change: ChangeKind,
  row: TaskRow,
) => Promise<void>;

/** New tasks that share a statement: few enough to be done within milliseconds, in either. */
const gathering = { most: 100, sideBySide: 2, withinMs: 5_000 };

/** The tasks of users in PostgreSQL. Every change is stored with its events in one transaction. */
export function createTaskStore(
  database: Database,
  outbox: BackendOutbox,
  follow: FollowChange = async () => {},
) {
  const insertTogether = createGather<TaskChange, number>({
    ...gathering,
    run: (changes) => outsideOfTraces(() => recordNewTasks(outbox, database, changes)),
    ownerOf: ({ actor }) => actor.userId,
    isFaultOfOne: hasRefusedStatement,
  });

  return {
    create: async (tx: Database, actor: Actor, input: NewTask): Promise<TaskRow> =>
      insert(tx, actor, rowOf(actor, input)),

    /**
     * The same without a transaction around it, in one statement with what others create meanwhile:
     * for tasks of which nothing follows, see `standsAlone`.
     */
    createAlone: async (actor: Actor, input: NewTask): Promise<TaskRow> => {
      const row = rowOf(actor, input);
      await traced("insert", "CLIENT", () => insertTogether({ actor, kind: "created", row }));
      return row;
    },

    /** A task made from another of its series, with the rule and id of that series. */
    createInSeries: async (tx: Database, actor: Actor, task: SeriesTask): Promise<TaskRow> =>
      insert(tx, actor, { ...task, ...newness(actor) }),

    /** Setting `completed` is completing and opening again; to what it is, it changes nothing. */
    update: async (
      tx: Database,
      actor: Actor,
      taskId: string,
      patch: TaskPatch,
      expectedVersion: number | undefined,
    ): Promise<TaskRow> => {
      const current = await lockTask(tx, actor.userId, taskId, expectedVersion);
      const changes = changesOf(current, patch);
      if (Object.keys(changes).length === 0) return current;
      const row = await writeVersion(tx, taskId, changes);
      const completes = row.completed && !current.completed;
      await record(tx, actor, completes ? "completed" : "updated", row);
      return row;
    },

    /** Completing a completed task changes nothing. */
    complete: async (
      tx: Database,
      actor: Actor,
      taskId: string,
      expectedVersion: number | undefined,
    ): Promise<TaskRow> => {
      const current = await lockTask(tx, actor.userId, taskId, expectedVersion);
      if (current.completed) return current;
      const row = await writeVersion(tx, taskId, { completed: true });
      await record(tx, actor, "completed", row);
      return row;
    },

    delete: async (
      tx: Database,
      actor: Actor,
      taskId: string,
      expectedVersion: number | undefined,
    ): Promise<void> => {
      const current = await lockTask(tx, actor.userId, taskId, expectedVersion);
      await tx.delete(tasks).where(eq(tasks.id, taskId));
      await record(tx, actor, "deleted", { ...current, version: current.version + 1 });
    },

    get: async (userId: string, taskId: string): Promise<TaskRow> => {
      const owned = and(eq(tasks.id, taskId), eq(tasks.userId, userId));
      const [row] = await database.select(taskColumns).from(tasks).where(owned);
      return row ?? notFound(taskId);
    },

    list: (userId: string, query: TaskQuery): Promise<TaskPage> =>
      listTasks(database, userId, query),

    /** The same as the API shows it. */
    page: async (userId: string, query: TaskQuery): Promise<Page> => {
      const { rows, sequence, end } = await listTasks(database, userId, query);
      return { tasks: rows.map(taskView), sequence, next: end ? cursorOf(query, end) : null };
    },
  };

  async function insert(tx: Database, actor: Actor, row: TaskRow): Promise<TaskRow> {
    await follow(tx, actor, "created", row);
    await recordNewTasks(outbox, tx, [{ actor, kind: "created", row }]);
    return row;
  }

  async function record(tx: Database, actor: Actor, kind: ChangeKind, row: TaskRow): Promise<void> {
    await follow(tx, actor, kind, row);
    await recordChange(outbox, tx, { actor, kind, row });
  }
}

/** Whether making the task means nothing else: only a series has something that follows. */
export const standsAlone = (input: NewTask): boolean => !input.recurring;

/** What every new task begins with. */
function newness({ userId }: Actor) {
  const now = new Date();
  return { userId, completed: false, version: 1, createdAt: now, updatedAt: now };
}

function rowOf(actor: Actor, input: NewTask): TaskRow {
  const dueDate = input.due_date ? new Date(input.due_date) : null;
  const recurring = input.recurring && { ...input.recurring, series_id: uuidv7() };
  recursFrom(recurring, dueDate);
  const { title, description, priority, tags } = input;
  const id = uuidv7();
  return { id, title, description, priority, tags, dueDate, recurring, ...newness(actor) };
}

export type TaskStore = ReturnType<typeof createTaskStore>;

/** Reads a task of the user for change; refuses when it isn't theirs or has moved on. */
async function lockTask(
  tx: Database,
  userId: string,
  taskId: string,
  expectedVersion: number | undefined,
): Promise<TaskRow> {
  const owned = and(eq(tasks.id, taskId), eq(tasks.userId, userId));
  const [row] = await tx.select(taskColumns).from(tasks).where(owned).for("update");
  if (!row) return notFound(taskId);
  if (expectedVersion !== undefined && row.version !== expectedVersion) {
    const detail = `the task is at version ${row.version}, If-Match names ${expectedVersion}`;
    throw new Problem(412, "Changed meanwhile", detail);
  }
  return row;
}

/** What a patch makes other than it is, in the terms of the table. */
function changesOf(current: TaskRow, patch: TaskPatch): Partial<TaskRow> {
  const { due_date, recurring, completed, ...fields } = patch;
  const dueDate = due_date === undefined ? current.dueDate : due_date && new Date(due_date);
  // A changed rule goes on with its series; one that was taken away begins another.
  const recurs =
    recurring === undefined
      ? current.recurring
      : recurring && { ...recurring, series_id: current.recurring?.series_id ?? uuidv7() };
  recursFrom(recurs, dueDate || null);
  const changes = {
    ...fields,
    ...(due_date !== undefined && { dueDate: dueDate || null }),
    ...(recurring !== undefined && { recurring: recurs }),
    ...(completed !== undefined && completed !== current.completed && { completed }),
  };
  return changes as Partial<TaskRow>;
}

/** A recurrence counts from the due date, and so wants one. */
function recursFrom(recurring: TaskRow["recurring"], dueDate: Date | null): void {
  if (!recurring || dueDate) return;
  const message = "wants a due_date, from which it counts";
  throw new Problem(400, "Invalid input", `recurring: ${message}`, [
    { field: "recurring", message },
  ]);
}

const writeVersion = async (
  tx: Database,
  taskId: string,
  changes: Partial<TaskRow>,
): Promise<TaskRow> =>
  only(
    await tx
      .update(tasks)
      .set({ ...changes, version: sql`${tasks.version} + 1`, updatedAt: new Date() })
      .where(eq(tasks.id, taskId))
      .returning(taskColumns),
  );

function notFound(taskId: string): never {
  throw new Problem(404, "Not found", `there is no task ${taskId}`);
}

function only<T>(rows: T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error("a statement returned no row");
  return row;
}
