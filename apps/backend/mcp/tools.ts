import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Actor } from "../change-record.ts";
import type { Page } from "../list-cache.ts";
import type { MakeChange } from "../make-change.ts";
import { activityPage } from "../operations/activity.ts";
import { reminderList } from "../operations/reminders.ts";
import type { SetReminders } from "../reminders/set.ts";
import type { ReminderStore } from "../reminders/store.ts";
import { reminderView, wantedReminder } from "../reminders/wanted.ts";
import { activityQuery, type ReadActivity } from "../routes/activity.ts";
import { check } from "../routes/input.ts";
import type { TaskRow } from "../schema.ts";
import { standsAlone, type TaskStore } from "../store.ts";
import { positionOf, type TaskQuery, taskQuery } from "../task-query.ts";
import { newTask, task, taskPage, taskPatch, taskView } from "../tasks.ts";

/** What an assistant may be told of a tool before it is used: see ToolAnnotations of MCP. */
type Annotations = {
  readonly readOnlyHint: boolean;
  /** Takes away or writes over something that was there. */
  readonly destructiveHint?: boolean;
  /** The same call once more changes nothing more. */
  readonly idempotentHint?: boolean;
  /** All tools here stay within the user's own tasks. */
  readonly openWorldHint: false;
};

/** One tool. Its schemas are those of the API, put together; nothing in them is said again. */
export type Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  readonly annotations: Annotations;
  /** Throws a Problem for what cannot be done. */
  readonly run: (input: z.output<Input>, actor: Actor) => Promise<object>;
};

export type ToolDeps = {
  readonly makeChange: MakeChange;
  readonly store: TaskStore;
  readonly list: (userId: string, query: TaskQuery) => Promise<Page>;
  readonly reminders: Pick<ReminderStore, "list">;
  readonly setReminders: SetReminders;
  readonly readActivity: ReadActivity;
};

const reads = { readOnlyHint: true, openWorldHint: false } as const;
const writes = { readOnlyHint: false, openWorldHint: false } as const;

const taskId = id.describe("The id of the task, as list_tasks gives it");
const ofTask = z.strictObject({ task_id: taskId });
const expectedVersion = task.shape.version
  .optional()
  .describe("Refuses when the task has another version by now; without it, whatever it has");
const change = ofTask.extend({ expected_version: expectedVersion });
const deletedTask = z.strictObject({ deleted_task_id: id });
const taskWithReminders = task.extend(reminderList.shape);

/** The tools of an assistant, by the functions that the routes of the API call. */
export function createTools(deps: ToolDeps): readonly Tool[] {
  const { makeChange, store, list, reminders, setReminders, readActivity } = deps;

  /** A change of one task; resolves to it as it is then. */
  async function changed(
    { userId }: Actor,
    work: (tx: Database) => Promise<TaskRow>,
    alone?: () => Promise<TaskRow>,
  ): Promise<object> {
    const answer = (row: TaskRow) => ({ status: 200, body: taskView(row), headers: {} });
    const given = await makeChange(
      { userId, key: undefined, fingerprint: "" },
      async (tx) => answer(await work(tx)),
      alone && (async () => answer(await alone())),
    );
    return given.body as object;
  }

  return [
    tool({
      name: "add_task",
      title: "Add a task",
      description:
        "Makes a new task. Times are RFC 3339 in UTC, as 2026-01-31T09:00:00Z: turn what the user " +
        "says in their own time zone into it. A recurring task needs a due_date.",
      input: newTask,
      output: task,
      annotations: { ...writes, destructiveHint: false, idempotentHint: false },
      run: (input, actor) =>
        changed(
          actor,
          (tx) => store.create(tx, actor, input),
          standsAlone(input) ? () => store.createAlone(actor, input) : undefined,
        ),
    }),
    tool({
      name: "list_tasks",
      title: "List tasks",
      description:
        "Lists the user's tasks by filters, words and order, a page at a time; `next` of a page is " +
        "the `cursor` of the one after. Without arguments: all tasks, the newest first.",
      input: taskQuery,
      output: taskPage,
      annotations: reads,
      run: (query, { userId }) => {
        positionOf(query);
        return list(userId, query);
      },
    }),
    tool({
      name: "get_task",
      title: "Get a task",
      description: "Gives one task with its reminders.",
      input: ofTask,
      output: taskWithReminders,
      annotations: reads,
      run: async ({ task_id }, { userId }) => {
        const row = await store.get(userId, task_id);
        const rows = await reminders.list(userId, task_id);
        return { ...taskView(row), reminders: rows.map(reminderView) };
      },
    }),
    tool({
      name: "update_task",
      title: "Change a task",
      description:
        "Changes the fields that are named and no others; tags are replaced as a whole. null takes " +
        "a due_date or a recurrence away; completed: false opens a task again.",
      input: change.extend(taskPatch.shape),
      output: task,
      annotations: { ...writes, destructiveHint: true, idempotentHint: true },
      run: ({ task_id, expected_version, ...fields }, actor) => {
        const patch = check(taskPatch, fields);
        return changed(actor, (tx) => store.update(tx, actor, task_id, patch, expected_version));
      },
    }),
    tool({
      name: "complete_task",
      title: "Complete a task",
      description: "Marks a task done; a recurring one gets its next occurrence by itself.",
      input: change,
      output: task,
      annotations: { ...writes, destructiveHint: false, idempotentHint: true },
      run: ({ task_id, expected_version }, actor) =>
        changed(actor, (tx) => store.complete(tx, actor, task_id, expected_version)),
    }),
    tool({
      name: "delete_task",
      title: "Delete a task",
      description:
        "Deletes a task for good, with its reminders. Ask the user first; a task that is done is " +
        "completed, not deleted.",
      input: change,
      output: deletedTask,
      annotations: { ...writes, destructiveHint: true, idempotentHint: true },
      run: async ({ task_id, expected_version }, actor) => {
        const { userId } = actor;
        await makeChange({ userId, key: undefined, fingerprint: "" }, async (tx) => {
          await store.delete(tx, actor, task_id, expected_version);
          return { status: 204, body: null, headers: {} };
        });
        return { deleted_task_id: task_id };
      },
    }),
    tool({
      name: "set_reminder",
      title: "Set a reminder",
      description:
        "Reminds the user of a task that has a due date: 1_hour_before, 1_day_before, or custom at " +
        "an exact time. The reminders that it has already stay. Answers with all of them.",
      input: ofTask.extend({ reminder: wantedReminder }),
      output: reminderList,
      annotations: { ...writes, destructiveHint: false, idempotentHint: true },
      run: async ({ task_id, reminder }, { userId, traceparent }) => {
        const wanted = { wanted: [reminder], besides: true };
        const rows = await setReminders({ userId, taskId: task_id, ...wanted, traceparent });
        return { reminders: rows.map(reminderView) };
      },
    }),
    tool({
      name: "list_activity",
      title: "List activity",
      description:
        "Tells what happened, newest first: changes of tasks, reminders, notifications. A change " +
        "that was just made may take a second to be there.",
      input: activityQuery,
      output: activityPage,
      annotations: reads,
      run: (query, { userId }) => readActivity(userId, query),
    }),
  ];
}

/** Types the input of a tool by its schema; the list of them knows less. */
const tool = <Input extends z.ZodObject, Output extends z.ZodObject>(
  one: Tool<Input, Output>,
): Tool => one as unknown as Tool;
