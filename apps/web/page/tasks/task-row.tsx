import type { SeenTask } from "../outbox/overlay.ts";
import { go } from "../route.ts";
import { Icon } from "../shell/icon.tsx";
import { Link } from "../shell/link.tsx";
import { dueText, urgencyOf } from "./dates.ts";
import { repeatText } from "./recurrence.ts";

export type TaskRowProps = {
  readonly task: SeenTask;
  /** The filters in the address, which stay when the task is opened. */
  readonly search: string;
  readonly onToggle: () => void;
  readonly onDelete: () => void;
  readonly onTag: (tag: string) => void;
};

/** A task of the list. */
export function TaskRow({ task, search, onToggle, onDelete, onTag }: TaskRowProps) {
  const now = new Date();
  const urgency = task.completed ? "later" : urgencyOf(task.due_date, now);
  const address = `/tasks/${task.id}${search}`;
  return (
    <li className={`task priority-${task.priority}${task.completed ? " done" : ""}`}>
      <button
        type="button"
        className="tick"
        aria-pressed={task.completed}
        aria-label={`${task.completed ? "Open again" : "Complete"}: ${task.title}`}
        onClick={onToggle}
      >
        <Icon name="check" />
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the link in it does the same by keyboard */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger place for the same link */}
      <div
        className="task-text"
        onClick={(event) => {
          if (!(event.target as HTMLElement).closest("a, button")) go(address);
        }}
      >
        <Link href={address} className="task-title" data-task={task.id}>
          {task.title}
        </Link>
        <div className="task-facts">
          {task.priority === "high" && (
            <span className="fact high">
              <Icon name="flag" />
              High
            </span>
          )}
          {task.priority === "low" && <span className="fact">Low priority</span>}
          {task.due_date && (
            <span className={`fact ${urgency}`}>
              <Icon name="clock" />
              {urgency === "overdue" && <span className="hidden">Overdue: </span>}
              <time dateTime={task.due_date}>{dueText(task.due_date, now)}</time>
            </span>
          )}
          {task.recurring && (
            <span className="fact">
              <Icon name="repeat" />
              {repeatText(task.recurring.rule)}
            </span>
          )}
          {task.tags.map((tag) => (
            <button key={tag} type="button" className="tag" onClick={() => onTag(tag)}>
              <span className="hidden">Only tasks with the tag </span>
              {tag}
            </button>
          ))}
          {task.pending && <span className="fact pending">not sent yet</span>}
        </div>
      </div>
      <button type="button" className="button icon-only quiet task-delete" onClick={onDelete}>
        <Icon name="trash" />
        <span className="hidden">Delete: {task.title}</span>
      </button>
    </li>
  );
}
