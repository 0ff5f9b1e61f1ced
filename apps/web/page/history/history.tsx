import { useEffect, useState } from "react";
import { api, ask, type Entry } from "../api/client.ts";
import { usePages } from "../pages.ts";
import { PagesView } from "../pages-view.tsx";
import type { Session } from "../session.ts";
import { Link } from "../shell/link.tsx";
import { useStore } from "../store.ts";
import { agoText } from "../tasks/dates.ts";
import { sentenceOf } from "./sentences.ts";

export type HistoryProps = {
  readonly session: Session;
  /** Only what happened to this task. */
  readonly taskId?: string;
};

const kinds = {
  "": "Everything",
  task: "Tasks",
  "reminder,notification": "Reminders",
} as const;

/** What happened, newest first: to the user, or to one task. */
export function History({ session, taskId }: HistoryProps) {
  const changes = useStore(session.changes);
  const later = useLater(changes);
  const [kind, setKind] = useState<keyof typeof kinds>("");
  const pages = usePages<Entry>(async (cursor) => {
    const query = {
      limit: taskId ? "20" : "50",
      ...(taskId && { task_id: taskId }),
      ...(kind && { kind }),
      ...(cursor && { cursor }),
    };
    const { entries, next } = await ask(api.activity.$get({ query }));
    return { items: entries, next };
  }, `${changes} ${later} ${kind} ${taskId}`);
  const now = new Date();
  const body = (
    <PagesView pages={pages} empty={<p className="empty">Nothing has happened yet.</p>}>
      <ol className="log">
        {pages.items.map((entry) => (
          <LogLine key={entry.event_id} entry={entry} now={now} linked={taskId === undefined} />
        ))}
      </ol>
    </PagesView>
  );
  if (taskId) return body;
  return (
    <div className="page">
      <div className="page-head">
        <h1>History</h1>
        <fieldset className="segments">
          <legend className="hidden">What kind</legend>
          {(Object.keys(kinds) as (keyof typeof kinds)[]).map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="kind"
                checked={kind === one}
                onChange={() => setKind(one)}
              />
              <span>{kinds[one]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {body}
    </div>
  );
}

const laterMs = [1_000, 5_000];

/**
 * Counts up some time after a change: the log hears of it after the list does, and a moment after
 * this is opened whatever was done before has come to it as well.
 */
function useLater(changes: number): number {
  const [later, setLater] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change is looked at later
  useEffect(() => {
    const timers = laterMs.map((ms) => setTimeout(() => setLater((count) => count + 1), ms));
    return () => timers.forEach(clearTimeout);
  }, [changes]);
  return later;
}

type LogLineProps = { readonly entry: Entry; readonly now: Date; readonly linked: boolean };

function LogLine({ entry, now, linked }: LogLineProps) {
  const { what, title } = sentenceOf(entry);
  const isThere = entry.task_id !== null && entry.event_type !== "deleted";
  return (
    <li className={`log-line ${entry.kind} ${entry.event_type}`}>
      <span className="log-mark" aria-hidden="true" />
      <span className="log-text">
        {what}
        {title && linked && (
          <> {isThere ? <Link href={`/tasks/${entry.task_id}`}>{title}</Link> : <q>{title}</q>}</>
        )}
        {title && !linked && entry.event_type === "updated" && <q> {title}</q>}
      </span>
      <time dateTime={entry.occurred_at} title={new Date(entry.occurred_at).toLocaleString()}>
        {agoText(entry.occurred_at, now)}
      </time>
    </li>
  );
}
