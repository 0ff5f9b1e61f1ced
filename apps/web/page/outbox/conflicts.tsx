import type { Task, TaskPatch } from "../api/client.ts";
import type { Session } from "../session.ts";
import { useStore } from "../store.ts";
import { dueText } from "../tasks/dates.ts";
import { repeatText } from "../tasks/recurrence.ts";
import { contradictions, type Field } from "./merge.ts";

/** Changes of one's own that contradict one made elsewhere: the person decides. */
export function Conflicts({ session }: { readonly session: Session }) {
  const operations = useStore(session.operations);
  const open = operations.flatMap(({ key, title, theirs, work }) =>
    theirs && work.kind === "update" ? [{ key, title, theirs, ...work }] : [],
  );
  if (open.length === 0) return null;
  return (
    <section className="conflicts" aria-label="Changes that need a decision">
      {open.map(({ key, title, theirs, patch, base }) => (
        <article key={key} className="conflict" role="alert">
          <h2>“{title}” was changed in two places</h2>
          <table>
            <thead>
              <tr>
                <td />
                <th scope="col">Yours</th>
                <th scope="col">Theirs</th>
              </tr>
            </thead>
            <tbody>
              {contradictions(patch, base, theirs).map((field) => (
                <tr key={field}>
                  <th scope="row">{names[field]}</th>
                  <td>{textOf(field, patch)}</td>
                  <td>{textOf(field, theirs)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="group-line">
            <button
              type="button"
              className="button primary"
              onClick={() => void session.resolve(key, "mine")}
            >
              Keep mine
            </button>
            <button
              type="button"
              className="button"
              onClick={() => void session.resolve(key, "theirs")}
            >
              Take theirs
            </button>
          </div>
        </article>
      ))}
    </section>
  );
}

const names: Readonly<Record<Field, string>> = {
  title: "Title",
  description: "Description",
  priority: "Priority",
  tags: "Tags",
  due_date: "Due",
  recurring: "Repeats",
  completed: "State",
};

function textOf(field: Field, of: TaskPatch | Task): string {
  if (field === "completed") return of.completed ? "done" : "open";
  if (field === "tags") return of.tags?.join(", ") || "none";
  if (field === "due_date") return of.due_date ? dueText(of.due_date, new Date()) : "none";
  if (field === "recurring") return of.recurring ? repeatText(of.recurring.rule) : "never";
  return of[field] || "empty";
}
