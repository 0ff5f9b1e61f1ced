import type { NewTask, Task, TaskPatch, WantedReminder } from "../api/client.ts";

/** A change that the server has not confirmed yet. Kept until it has, across reloads. */
export type Operation = {
  /** The Idempotency-Key of every try: however often it is sent, it happens once. */
  readonly key: string;
  readonly userId: string;
  /** Of the server; for a task that it does not know yet a name of ours, see `isLocal`. */
  readonly taskId: string;
  /** What to call the task when something is to be said about it. */
  readonly title: string;
  readonly work: Work;
  /** The version that the change was made on, for If-Match; none means any. */
  readonly version: number | undefined;
  /** The change waits until then, and can be taken back: milliseconds since 1970. */
  readonly notBefore: number | undefined;
  /** There when the task was changed elsewhere in the same places: the person decides. */
  readonly theirs: Task | undefined;
  readonly madeAt: number;
};

export type Work =
  | { readonly kind: "create"; readonly task: NewTask }
  | {
      readonly kind: "update";
      readonly patch: TaskPatch;
      /** What the fields of the patch were before. */
      readonly base: TaskPatch;
    }
  | { readonly kind: "complete" }
  | { readonly kind: "delete"; readonly task: Task }
  | { readonly kind: "remind"; readonly reminders: WantedReminder[] };

const localPrefix = "local-";

/** An id for a task until the server gives it one. */
export const localIdOf = (key: string): string => `${localPrefix}${key}`;
export const isLocal = (taskId: string): boolean => taskId.startsWith(localPrefix);

/** What became of an operation that was sent. */
export type Outcome =
  | { readonly kind: "done"; readonly task: Task | undefined }
  /** The task has another version; this is how it looks now. */
  | { readonly kind: "changed"; readonly theirs: Task }
  /** The task is not there any more. */
  | { readonly kind: "gone" }
  /** It will never be taken as it is. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Try again, after so long where the server said how long. */
  | { readonly kind: "away"; readonly afterMs: number | undefined }
  | { readonly kind: "signed-out" };
