import type { Task } from "../api/client.ts";
import { isLocal, type Operation } from "./operation.ts";

/** A task as the person sees it: with what the server has yet to confirm. */
export type SeenTask = Task & { readonly pending: boolean };

/** The tasks as they will be when everything pending has been taken, new ones first. */
export function overlay(
  tasks: readonly Task[],
  operations: readonly Operation[],
): readonly SeenTask[] {
  const arrived = arrivalsOf(tasks, operations);
  const seen = new Map<string, SeenTask>();
  for (const operation of operations) {
    const { work, taskId } = operation;
    if (work.kind === "create" && !arrived.has(taskId)) seen.set(taskId, created(operation));
  }
  const fresh = [...seen.keys()].reverse();
  for (const task of tasks) seen.set(task.id, { ...task, pending: false });
  for (const operation of operations) {
    const before = seen.get(arrived.get(operation.taskId) ?? operation.taskId);
    if (before) apply(operation, before, seen);
  }
  const order = [...fresh, ...tasks.map(({ id }) => id)];
  return order.flatMap((id) => seen.get(id) ?? []);
}

const clockFaultMs = 120_000;

/**
 * Tasks that are there while the answer to their making is still on its way, as other tabs and the
 * change feed are told at the same time: by their names of ours, the ids of the server. Nothing in a
 * task says so, hence it is one of that title that was made since; a second one of that title is shown
 * when its own answer has come.
 */
function arrivalsOf(
  tasks: readonly Task[],
  operations: readonly Operation[],
): ReadonlyMap<string, string> {
  const arrived = new Map<string, string>();
  for (const { work, taskId, madeAt } of operations) {
    if (work.kind !== "create") continue;
    const taken = new Set(arrived.values());
    const found = tasks.find(
      ({ id, title, created_at }) =>
        !taken.has(id) &&
        title === work.task.title &&
        Date.parse(created_at) >= madeAt - clockFaultMs,
    );
    if (found) arrived.set(taskId, found.id);
  }
  return arrived;
}

function apply({ work }: Operation, before: SeenTask, seen: Map<string, SeenTask>): void {
  const pending = { ...before, pending: true };
  switch (work.kind) {
    case "update":
      seen.set(before.id, { ...pending, ...(work.patch as Partial<Task>) });
      return;
    case "complete":
      seen.set(before.id, { ...pending, completed: true });
      return;
    case "delete":
      seen.delete(before.id);
      return;
    case "remind":
    case "create":
      seen.set(before.id, pending);
  }
}

function created({ taskId, work, madeAt }: Operation): SeenTask {
  if (work.kind !== "create") throw new Error("not the making of a task");
  const { title, description, priority, tags, due_date, recurring } = work.task;
  const at = new Date(madeAt).toISOString();
  return {
    ...{ id: taskId, title, description: description ?? "", completed: false },
    ...{ priority: priority ?? "medium", tags: tags ?? [], due_date: due_date ?? null },
    recurring: recurring ? { ...recurring, series_id: "" } : null,
    ...{ version: 0, created_at: at, updated_at: at, pending: true },
  };
}

/** How many changes wait, those of reminders with their task. */
export const waitingCount = (operations: readonly Operation[]): number =>
  operations.filter(({ taskId, work }) => work.kind !== "remind" || !isLocal(taskId)).length;
