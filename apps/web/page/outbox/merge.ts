import type { Task, TaskPatch } from "../api/client.ts";

export type Field = keyof TaskPatch;
/** Every field that a person decides. */
export type Fields = { [One in Field]-?: Exclude<TaskPatch[One], undefined> };

/**
 * The fields in which two changes of one task contradict each other: they were changed elsewhere as
 * well since, and to something else. Without any, both changes hold.
 */
export const contradictions = (patch: TaskPatch, base: TaskPatch, theirs: Task): Field[] =>
  (Object.keys(patch) as Field[]).filter(
    (field) => !same(theirs[field], base[field]) && !same(theirs[field], patch[field]),
  );

/** What of a draft differs from the task, and what these fields were: undefined for nothing. */
export function patchOf(
  before: Task,
  draft: Fields,
): { patch: TaskPatch; base: TaskPatch } | undefined {
  const fields = (Object.keys(draft) as Field[]).filter(
    (field) => !same(draft[field], before[field]),
  );
  if (fields.length === 0) return undefined;
  const pick = (source: Partial<Task> | TaskPatch): TaskPatch =>
    Object.fromEntries(fields.map((field) => [field, plain(source[field])]));
  return { patch: pick(draft), base: pick(before) };
}

/** What makes a recurrence the same is its rule and zone; the series is the server's. */
const plain = (value: unknown): unknown =>
  value !== null && typeof value === "object" && "rule" in value && "time_zone" in value
    ? { rule: value.rule, time_zone: value.time_zone }
    : value;

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(plain(one)) === JSON.stringify(plain(other));
