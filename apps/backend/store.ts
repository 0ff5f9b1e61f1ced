import { and, desc, eq, lt, sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { type TaskRow, taskChanges, tasks, userSequences } from "./schema.ts";
import { type NewTask, type TaskPatch, taskDataOf } from "./tasks.ts";

type ChangeKind = "created" | "updated" | "completed" | "deleted";

/** Who changes a task, and in which request. */
export type Actor = {
  readonly userId: string;
  readonly traceparent: string;
  readonly correlationId: string;
  /** Who acts for the user; by default they themselves, by the API. */
  readonly source?: "api" | "chat" | "recurring";
};

/** What the next task of a series takes over from the one before. */
export type SeriesTask = Pick<
  TaskRow,
  "id" | "title" | "description" | "priority" | "tags" | "dueDate" | "recurring"
>;

type BackendOutbox = Outbox<(typeof services)["backend"]>;

/** The tasks of users in PostgreSQL. Every change is stored with its events in one transaction. */
export function createTaskStore(database: Database, outbox: BackendOutbox) {
  return {
    create: async (tx: Database, actor: Actor, input: NewTask): Promise<TaskRow> => {
      const now = new Date();
      const values = {
        id: uuidv7(),
        userId: actor.userId,
        title: input.title,
        description: input.description,
        priority: input.priority,
        tags: input.tags,
        dueDate: input.due_date ? new Date(input.due_date) : null,
        createdAt: now,
        updatedAt: now,
      };
      const row = only(await tx.insert(tasks).values(values).returning());
      await record(tx, actor, "created", row);
      return row;
    },

    /** A task made from another of its series, with the rule and id of that series. */
    createInSeries: async (tx: Database, actor: Actor, task: SeriesTask): Promise<TaskRow> => {
      const now = new Date();
      const values = { ...task, userId: actor.userId, createdAt: now, updatedAt: now };
      const row = only(await tx.insert(tasks).values(values).returning());
      await record(tx, actor, "created", row);
      return row;
    },

    update: async (
      tx: Database,
      actor: Actor,
      taskId: string,
      patch: TaskPatch,
      expectedVersion: number | undefined,
    ): Promise<TaskRow> => {
      const { due_date, ...fields } = patch;
      const changes = {
        ...fields,
        ...(due_date !== undefined && { dueDate: due_date ? new Date(due_date) : null }),
      };
      await lockTask(tx, actor.userId, taskId, expectedVersion);
      const row = await writeVersion(tx, taskId, changes as Partial<TaskRow>);
      await record(tx, actor, "updated", row);
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
      const [row] = await database.select().from(tasks).where(owned);
      return row ?? notFound(taskId);
    },

    /** A page of tasks, newest first, and the sequence of the user that it reflects. */
    list: async (userId: string, limit: number, before: string | undefined) =>
      // One snapshot for both reads: the sequence is then exactly that of the rows.
      database.transaction(
        async (tx) => {
          const [counter] = await tx
            .select({ last: userSequences.last })
            .from(userSequences)
            .where(eq(userSequences.userId, userId));
          const owned = eq(tasks.userId, userId);
          const rows = await tx
            .select()
            .from(tasks)
            .where(before ? and(owned, lt(tasks.id, before)) : owned)
            .orderBy(desc(tasks.id))
            .limit(limit);
          return { rows, sequence: counter?.last ?? 0 };
        },
        { isolationLevel: "repeatable read", accessMode: "read only" },
      ),
  };

  async function record(
    tx: Database,
    actor: Actor,
    change: ChangeKind,
    row: TaskRow,
  ): Promise<void> {
    const { userId, traceparent, correlationId } = actor;
    const occurredAt = new Date();
    const task = taskDataOf(row);
    const sequence = await outbox.nextSequence(tx, userId);
    await tx.insert(taskChanges).values({
      userId,
      sequence,
      taskId: row.id,
      change,
      task: { ...task, version: row.version },
      changedAt: occurredAt,
    });
    await outbox.append(tx, { userId, occurredAt, traceparent, sequence }, [
      {
        topic: "task-events",
        data: {
          user_id: userId,
          event_type: change,
          task_id: row.id,
          version: row.version,
          task_data: task,
          metadata: { source: actor.source ?? "api", correlation_id: correlationId },
        },
      },
      {
        topic: "task-updates",
        data: {
          user_id: userId,
          update_type: change,
          task: {
            id: row.id,
            title: row.title,
            completed: row.completed,
            priority: row.priority,
            version: row.version,
          },
        },
      },
    ]);
  }
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
  const [row] = await tx.select().from(tasks).where(owned).for("update");
  if (!row) return notFound(taskId);
  if (expectedVersion !== undefined && row.version !== expectedVersion) {
    const detail = `the task is at version ${row.version}, If-Match names ${expectedVersion}`;
    throw new Problem(412, "Changed meanwhile", detail);
  }
  return row;
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
      .returning(),
  );

function notFound(taskId: string): never {
  throw new Problem(404, "Not found", `there is no task ${taskId}`);
}

function only<T>(rows: T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error("a statement returned no row");
  return row;
}
