import { useState } from "react";
import { api, ask, type Notification, reasonOf } from "../api/client.ts";
import { usePages } from "../pages.ts";
import { PagesView } from "../pages-view.tsx";
import type { Session } from "../session.ts";
import { toast } from "../shell/toasts.ts";
import { useStore } from "../store.ts";
import { agoText } from "../tasks/dates.ts";

/** What the user was told: reminders, and a welcome. */
export function Inbox({ session }: { readonly session: Session }) {
  const changes = useStore(session.changes);
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages<Notification>(async (cursor) => {
    const query = { limit: "50", ...(cursor && { cursor }) };
    const { notifications, next } = await ask(api.notifications.$get({ query }));
    return { items: notifications, next };
  }, changes);
  const isUnread = ({ id, read_at }: Notification) => read_at === null && !read.has(id);
  const unread = pages.items.filter(isUnread);
  const now = new Date();

  async function markRead(some: readonly Notification[]): Promise<void> {
    setRead((before) => new Set([...before, ...some.map(({ id }) => id)]));
    try {
      await Promise.all(
        some.map(({ id }) => ask(api.notifications[":id"].read.$post({ param: { id } }))),
      );
    } catch (error) {
      const ids = new Set(some.map(({ id }) => id));
      setRead((before) => new Set([...before].filter((id) => !ids.has(id))));
      toast({ text: `Not marked as read: ${reasonOf(error)}`, tone: "problem" });
    }
    await session.countUnread();
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>Inbox</h1>
        {unread.length > 1 && (
          <button type="button" className="button" onClick={() => void markRead(unread)}>
            Mark all as read
          </button>
        )}
      </div>
      <PagesView
        pages={pages}
        empty={
          <div className="empty">
            <h2>Nothing yet</h2>
            <p>Give a task a due date and a reminder, and it will be here at its time.</p>
          </div>
        }
      >
        <ul className="letters">
          {pages.items.map((one) => (
            <li key={one.id} className={isUnread(one) ? "letter unread" : "letter"}>
              <div className="letter-text">
                <strong>
                  {isUnread(one) && <span className="hidden">Unread: </span>}
                  {one.title}
                </strong>
                <p>{one.body}</p>
              </div>
              <time dateTime={one.created_at}>{agoText(one.created_at, now)}</time>
              {isUnread(one) && (
                <button
                  type="button"
                  className="button quiet small"
                  onClick={() => void markRead([one])}
                >
                  Mark as read
                  <span className="hidden">: {one.title}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      </PagesView>
    </div>
  );
}
