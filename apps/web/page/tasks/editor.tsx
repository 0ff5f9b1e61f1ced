import { useEffect, useState } from "react";
import { ApiProblem, api, ask, type Reminder, reasonOf, type Task } from "../api/client.ts";
import { History } from "../history/history.tsx";
import { isLocal } from "../outbox/operation.ts";
import type { Session } from "../session.ts";
import { Dialog } from "../shell/dialog.tsx";
import { useStore } from "../store.ts";
import { TaskForm } from "./task-form.tsx";

export type EditorProps = {
  readonly session: Session;
  /** `new` for one that is not there yet. */
  readonly taskId: string;
  /** As the list has it, with what waits to be sent. */
  readonly known: Task | undefined;
  readonly onClose: () => void;
};

type Found =
  | { readonly state: "loading" }
  | { readonly state: "absent"; readonly reason: string }
  | { readonly state: "found"; readonly task: Task; readonly reminders: readonly Reminder[] };

/** A task with all that belongs to it: to be read, changed, or made. */
export function Editor({ session, taskId, known, onClose }: EditorProps) {
  const found = useTask(session, taskId, known);
  const isNew = taskId === "new";
  const title = isNew ? "New task" : "Task";
  if (found.state === "loading") {
    return (
      <Dialog side title={title} onClose={onClose}>
        <p role="status">Reading…</p>
      </Dialog>
    );
  }
  if (found.state === "absent") {
    return (
      <Dialog side title={title} onClose={onClose}>
        <p>{found.reason}</p>
        <button type="button" className="button" onClick={onClose}>
          Back to the list
        </button>
      </Dialog>
    );
  }
  return (
    <Dialog side title={title} onClose={onClose}>
      <TaskForm
        session={session}
        task={isNew ? undefined : found.task}
        reminders={found.reminders}
        newest={known}
        onClose={onClose}
      />
      {!isNew && !isLocal(taskId) && (
        <details className="task-history">
          <summary>History of this task</summary>
          <History session={session} taskId={taskId} />
        </details>
      )}
    </Dialog>
  );
}

/** Reads the task and its reminders, once: what is written in the form is the person's. */
function useTask(session: Session, taskId: string, known: Task | undefined): Found {
  const [found, setFound] = useState<Found>({ state: "loading" });
  const operations = useStore(session.operations);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known later is told in the form
  useEffect(() => {
    if (taskId === "new") {
      setFound({ state: "found", task: blank, reminders: [] });
      return;
    }
    const hasPending = operations.some((one) => one.taskId === taskId);
    let left = false;
    const param = { id: taskId };
    const read = async (): Promise<Found> => {
      if (isLocal(taskId)) {
        return known
          ? { state: "found", task: known, reminders: [] }
          : { state: "absent", reason: "This task is not there any more." };
      }
      try {
        const [task, { reminders }] = await Promise.all([
          ask(api.tasks[":id"].$get({ param })),
          ask(api.tasks[":id"].reminders.$get({ param })),
        ]);
        // What waits to be sent is part of the task as the person knows it.
        return { state: "found", task: hasPending && known ? known : task, reminders };
      } catch (error) {
        if (known && !(error instanceof ApiProblem)) {
          return { state: "found", task: known, reminders: [] };
        }
        const gone = error instanceof ApiProblem && error.status === 404;
        const reason = gone ? "This task is not there: it may have been deleted." : reasonOf(error);
        return { state: "absent", reason };
      }
    };
    void read().then((next) => {
      if (!left) setFound(next);
    });
    return () => {
      left = true;
    };
  }, [taskId]);
  return found;
}

const blank: Task = {
  ...{ id: "new", title: "", description: "", completed: false, priority: "medium", tags: [] },
  ...{ due_date: null, recurring: null, version: 0, created_at: "", updated_at: "" },
};
