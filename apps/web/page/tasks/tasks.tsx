import { useEffect, useMemo, useRef } from "react";
import type { Task } from "../api/client.ts";
import { overlay, type SeenTask } from "../outbox/overlay.ts";
import { go, usePlace } from "../route.ts";
import type { Session } from "../session.ts";
import { useShortcuts } from "../shell/shortcuts.ts";
import { useStore } from "../store.ts";
import { Editor } from "./editor.tsx";
import { Filtering } from "./filtering.tsx";
import { type Filters, filtersOf, fits, isFiltered, noFilters, searchOf } from "./query.ts";
import { QuickAdd } from "./quick-add.tsx";
import { TaskRow } from "./task-row.tsx";

export type TasksProps = { readonly session: Session; readonly taskId: string | undefined };

/** The list of tasks, and over it the one that is open. */
export function Tasks({ session, taskId }: TasksProps) {
  const { search } = usePlace();
  const filters = useMemo(() => filtersOf(search), [search]);
  const list = useStore(session.list.store);
  const operations = useStore(session.operations);
  const adding = useRef<HTMLInputElement>(null);
  const rows = useRef<HTMLUListElement>(null);
  const created = useStore(session.settled).created;

  useEffect(() => {
    void session.show(filters);
  }, [session, filters]);

  // A task that was made here and is open: it has its lasting address now.
  const lasting = taskId && created[taskId]?.id;
  useEffect(() => {
    if (lasting) go(`/tasks/${lasting}${search}`, { replace: true });
  }, [lasting, search]);

  // The same row with its focus, and the same form with what was typed, when a task that was made
  // here gets its lasting id.
  const locals = new Map(Object.entries(created).map(([local, { id }]) => [id, local]));
  const keyOf = (id: string): string => locals.get(id) ?? id;

  const seen = overlay(list.tasks, operations);
  const shown = seen.filter((task) => fits(task, filters, new Date()));
  const open = (task: Task) => go(`/tasks/${task.id}${search}`);
  const close = () => go(`/${search}`);
  const setFilters = (next: Filters) =>
    go((taskId ? `/tasks/${taskId}` : "/") + searchOf(next), { replace: true });
  const toggle = (task: Task) => (task.completed ? session.reopen(task) : session.complete(task));

  useRowKeys({ rows, shown, toggle, open, remove: session.remove, adding });

  return (
    <div className="page">
      <h1 className="hidden">Tasks</h1>
      <QuickAdd session={session} input={adding} onOpen={() => go(`/tasks/new${search}`)} />
      <Filtering filters={filters} onChange={setFilters} tasks={seen} />
      {list.state === "failed" && list.tasks.length === 0 && (
        <div className="empty">
          <h2>The list could not be read</h2>
          <p>{list.reason}</p>
          <button type="button" className="button" onClick={() => void session.retry()}>
            Try again
          </button>
        </div>
      )}
      {list.state === "loading" && shown.length === 0 && <Skeleton />}
      <ul className="tasks" ref={rows} aria-label="Tasks" aria-busy={list.state === "loading"}>
        {shown.map((task) => (
          <TaskRow
            key={keyOf(task.id)}
            task={task}
            search={search}
            onToggle={() => toggle(task)}
            onDelete={() => session.remove(task)}
            onTag={(tag) => setFilters({ ...filters, tag })}
          />
        ))}
      </ul>
      {list.state === "ready" && shown.length === 0 && (
        <Nothing filters={filters} onClear={() => setFilters(noFilters)} />
      )}
      {list.next && (
        <button type="button" className="button more" onClick={() => void session.list.more()}>
          Show more
        </button>
      )}
      {taskId && (
        <Editor
          key={keyOf(taskId)}
          session={session}
          taskId={taskId}
          known={seen.find(({ id }) => id === taskId)}
          onClose={close}
        />
      )}
    </div>
  );
}

const Skeleton = () => (
  <div className="skeleton" role="status">
    <span className="hidden">Reading your tasks…</span>
    {[72, 48, 60].map((width) => (
      <div key={width} className={`skeleton-row width-${width}`} />
    ))}
  </div>
);

function Nothing({
  filters,
  onClear,
}: {
  readonly filters: Filters;
  readonly onClear: () => void;
}) {
  if (isFiltered(filters)) {
    return (
      <div className="empty">
        <h2>Nothing here</h2>
        <p>No task fits what you are looking for.</p>
        <button type="button" className="button" onClick={onClear}>
          Show all open tasks
        </button>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>Nothing to do</h2>
      <p>
        Write what there is in the line above and press <kbd>Enter</kbd>. With <kbd>#home</kbd> it
        has a tag, with <kbd>!high</kbd> a priority.
      </p>
    </div>
  );
}

type RowKeys = {
  readonly rows: React.RefObject<HTMLUListElement | null>;
  readonly shown: readonly SeenTask[];
  readonly toggle: (task: Task) => void;
  readonly open: (task: Task) => void;
  readonly remove: (task: Task) => void;
  readonly adding: React.RefObject<HTMLInputElement | null>;
};

/** Walks through the rows by keys, and does with the one that has the focus what the key says. */
function useRowKeys({ rows, shown, toggle, open, remove, adding }: RowKeys): void {
  const all = () => [...(rows.current?.querySelectorAll<HTMLElement>("[data-task]") ?? [])];
  const at = () => all().indexOf(document.activeElement?.closest("[data-task]") as HTMLElement);
  const step = (by: number) => {
    const elements = all();
    const next = at() === -1 ? (by > 0 ? 0 : elements.length - 1) : at() + by;
    elements[Math.max(0, Math.min(elements.length - 1, next))]?.focus();
  };
  const withTask = (work: (task: Task) => void) => () => {
    const index = at();
    const task = shown[index];
    if (!task) return;
    work(task);
    // The row may go: the one that takes its place is next.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body)
        all()[Math.min(index, all().length - 1)]?.focus();
    });
  };
  useShortcuts({
    n: () => adding.current?.focus(),
    "/": () => document.querySelector<HTMLInputElement>("[name=q]")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    x: withTask(toggle),
    Enter: withTask(open),
    "#": withTask(remove),
  });
}
