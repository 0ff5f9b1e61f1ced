import type { Task } from "./api/client.ts";
import { localIdOf, type Operation, type Work } from "./outbox/operation.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { randomId } from "./random.ts";
import { toast } from "./shell/toasts.ts";

const undoMs = 6_000;

/** A task as far as a change of it has to know. */
type Known = Pick<Task, "id" | "title" | "version">;

export type ActionsDeps = {
  readonly outbox: Pick<Outbox, "add" | "withdraw">;
  /** What the server made of a task of this page, by the id that it had here. */
  readonly made: (id: string) => Task | undefined;
};

/** What a person does to tasks: each goes into the outbox, and what can be taken back says so. */
export function createActions({ outbox, made }: ActionsDeps) {
  function add(task: Known, work: Work, more: Partial<Operation> = {}): string {
    const key = more.key ?? randomId();
    // A form that was opened on a task of this page may be saved when the server has named it.
    const { id, version: known } = made(task.id) ?? task;
    const version = work.kind === "update" ? known : undefined;
    const rest = { notBefore: undefined, theirs: undefined, version };
    const kept = outbox.add({ ...rest, taskId: id, title: task.title, work, ...more, key });
    kept.catch((error: unknown) =>
      toast({ text: `This browser could not keep the change: ${error}`, tone: "problem" }),
    );
    return key;
  }

  function reopen(task: Task): void {
    const work = {
      kind: "update",
      patch: { completed: false },
      base: { completed: true },
    } as const;
    // On whatever version: the person means this task, as it is now.
    add(task, work, { version: undefined });
  }

  return {
    create: (work: Extract<Work, { kind: "create" }>): Known => {
      const key = randomId();
      const task = { id: localIdOf(key), title: work.task.title, version: 0 };
      add(task, work, { key });
      return task;
    },
    update: (task: Task, work: Extract<Work, { kind: "update" }>) => add(task, work),
    complete: (task: Task) => {
      add(task, { kind: "complete" });
      toast({
        text: `Done: “${task.title}”`,
        action: { label: "Undo", run: () => reopen(task) },
      });
    },
    reopen,
    remind: (task: Known, work: Work) => add(task, work),
    remove: (task: Task) => {
      const key = add(task, { kind: "delete", task }, { notBefore: Date.now() + undoMs });
      const undo = async () => {
        if (!(await outbox.withdraw(key))) {
          toast({ text: "It was deleted already.", tone: "problem" });
        }
      };
      const action = { label: "Undo", run: () => void undo() };
      toast({ text: `Deleted “${task.title}”`, action, forMs: undoMs });
    },
  };
}
