import { useState } from "react";
import type { Reminder, Task } from "../api/client.ts";
import { patchOf } from "../outbox/merge.ts";
import type { Session } from "../session.ts";
import { type Draft, draftOf, faultsOf, fieldsOf, remindersOf } from "./draft.ts";
import { Fault } from "./fault.tsx";
import { RemindField } from "./remind-field.tsx";
import { RepeatField } from "./repeat-field.tsx";
import { TagsField } from "./tags-field.tsx";

export type TaskFormProps = {
  readonly session: Session;
  /** As it was when the form was opened; undefined for a new one. */
  readonly task: Task | undefined;
  readonly reminders: readonly Reminder[];
  /** As it is now. */
  readonly newest: Task | undefined;
  readonly onClose: () => void;
};

const nothing: Task = {
  ...{ id: "", title: "", description: "", completed: false, priority: "medium", tags: [] },
  ...{ due_date: null, recurring: null, version: 0, created_at: "", updated_at: "" },
};

/** Everything of a task that a person decides. */
export function TaskForm({ session, task, reminders, newest, onClose }: TaskFormProps) {
  const [first] = useState(() => draftOf(task ?? nothing, reminders));
  const [draft, setDraft] = useState<Draft>(first);
  const [tried, setTried] = useState(false);
  const faults = faultsOf(draft, new Date());
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const changedElsewhere =
    task !== undefined && newest !== undefined && newest.version > task.version;

  function save(): void {
    setTried(true);
    if (Object.keys(faults).length > 0) {
      document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    const { completed, ...fields } = fieldsOf(draft, task);
    const wanted = remindersOf(draft);
    const remind = JSON.stringify(wanted) !== JSON.stringify(remindersOf(first));
    if (task) {
      const difference = patchOf(task, { ...fields, completed });
      if (difference) session.update(task, { kind: "update", ...difference });
      if (remind) session.remind(task, { kind: "remind", reminders: wanted });
    } else {
      const made = session.create({ kind: "create", task: fields });
      if (remind) session.remind(made, { kind: "remind", reminders: wanted });
    }
    onClose();
  }

  return (
    <form
      className="task-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
      }}
    >
      {changedElsewhere && (
        <p className="note" role="status">
          This task was changed elsewhere just now. What you save goes on top; where both changed
          the same, you will be asked.
        </p>
      )}
      <label className="field">
        <span>Title</span>
        <input
          value={draft.title}
          maxLength={200}
          required
          aria-invalid={tried && faults.title !== undefined}
          aria-describedby="title-fault"
          onChange={(event) => change({ title: event.target.value })}
        />
        <Fault id="title-fault" text={tried ? faults.title : undefined} />
      </label>
      <label className="field">
        <span>Description</span>
        <textarea
          value={draft.description}
          maxLength={5000}
          rows={4}
          onChange={(event) => change({ description: event.target.value })}
        />
      </label>
      <label className="field">
        <span>Due</span>
        <input
          type="datetime-local"
          value={draft.due}
          aria-invalid={tried && faults.due !== undefined}
          aria-describedby="due-fault"
          onChange={(event) => change({ due: event.target.value })}
        />
        <Fault id="due-fault" text={tried ? faults.due : undefined} />
      </label>
      <fieldset className="segments labelled">
        <legend>Priority</legend>
        {(["low", "medium", "high"] as const).map((priority) => (
          <label key={priority}>
            <input
              type="radio"
              name="priority"
              checked={draft.priority === priority}
              onChange={() => change({ priority })}
            />
            <span>{{ low: "Low", medium: "Medium", high: "High" }[priority]}</span>
          </label>
        ))}
      </fieldset>
      <TagsField tags={draft.tags} onChange={(tags) => change({ tags })} />
      <RepeatField draft={draft} onChange={change} fault={tried ? faults.repeat : undefined} />
      <RemindField draft={draft} onChange={change} fault={tried ? faults.times : undefined} />
      <div className="form-end">
        {task && (
          <button
            type="button"
            className="button quiet danger"
            onClick={() => {
              session.remove(task);
              onClose();
            }}
          >
            Delete
          </button>
        )}
        {task && (
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              if (newest?.completed ?? task.completed) session.reopen(task);
              else session.complete(task);
              onClose();
            }}
          >
            {(newest?.completed ?? task.completed) ? "Open again" : "Complete"}
          </button>
        )}
        <span className="grow" />
        <button type="button" className="button wide-only" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary">
          Save
        </button>
      </div>
    </form>
  );
}
