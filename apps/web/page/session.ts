import type { ServerMessage } from "#apps/contracts/sync.ts";
import { account, refreshAccount, type User } from "./account/account.ts";
import { createActions } from "./actions.ts";
import { api, ask, type Task } from "./api/client.ts";
import { keepTasks, keptTasks } from "./kept.ts";
import { type LiveState, openLive, type Socket } from "./live/live.ts";
import type { Operation, Outcome } from "./outbox/operation.ts";
import { openOutbox } from "./outbox/outbox.ts";
import { send } from "./outbox/send.ts";
import { memoryStorage, openStorage, type Stored } from "./outbox/storage.ts";
import { routeOf } from "./places.ts";
import { backoffMs } from "./random.ts";
import { toast } from "./shell/toasts.ts";
import { createStore } from "./store.ts";
import { createTaskList } from "./tasks/list.ts";
import { type Filters, isFiltered, noFilters, queryOf, searchOf } from "./tasks/query.ts";

/** All that the page keeps for who is signed in, from signing in to signing out. */
export async function openSession(user: User) {
  const operations = createStore<readonly Stored[]>([]);
  const live = createStore<LiveState>("connecting");
  const unread = createStore(0);
  /** Counts what has happened, for views that read again then. */
  const changes = createStore(0);
  let sequence: number | undefined;
  let shown: Filters = noFilters;

  const list = createTaskList((at) => {
    sequence = Math.max(sequence ?? 0, at);
    start();
  });
  const channel = new BroadcastChannel(`todo-outbox-${user.id}`);
  const outbox = await openOutbox({
    userId: user.id,
    storage: await openStorage().catch(() => memoryStorage()),
    send,
    exclusively,
    onChange: operations.set,
    announce: () => channel.postMessage("changed"),
    onSettled,
    wait,
    backoffMs,
    now: Date.now,
  });
  operations.set(outbox.operations());
  channel.onmessage = () => void outbox.told();

  let connection: ReturnType<typeof openLive> | undefined;
  /** From the sequence of the first list: before it nobody could tell what is new. */
  function start(): void {
    connection ??= openLive({
      connect: (address, protocols) =>
        new WebSocket(new URL(address, location.href), protocols) as Socket,
      after: () => sequence ?? 0,
      onMessage,
      onState: live.set,
      onDoubt: () => void refreshAccount(),
      ...{ wait, backoffMs, now: Date.now },
    });
  }

  function onMessage(message: ServerMessage): void {
    switch (message.type) {
      case "change":
        sequence = message.sequence;
        if (message.change === "deleted") list.remove(message.task.id);
        else if (message.change === "created" && searchOf(shown) === "") {
          // At once, with what is known; the list that is read next has the rest.
          list.put(taskOf(message.task));
        } else list.know(message.task);
        refresh();
        return;
      case "resync":
        sequence = message.sequence;
        refresh();
        return;
      case "ready":
        sequence = Math.max(sequence ?? 0, message.sequence);
        outbox.wake();
        return;
      case "notification":
        toast({ text: `${message.title}: ${message.body}`, tone: "notice" });
        void countUnread();
        changes.set((count) => count + 1);
    }
  }

  /** For a burst of changes the list is read twice: now, and when that is done. */
  function refresh(): void {
    changes.set((count) => count + 1);
    void list.refresh();
  }

  async function countUnread(): Promise<void> {
    try {
      const query = { unread: "true" as const, limit: "100" };
      unread.set((await ask(api.notifications.$get({ query }))).notifications.length);
    } catch {
      // The number stays as it was; it is asked for again with the next thing that happens.
    }
  }

  function onSettled(operation: Operation, outcome: Outcome): void {
    const { work, taskId, title } = operation;
    if (outcome.kind === "done") {
      if (work.kind === "delete") list.remove(taskId);
      else if (outcome.task && work.kind === "create") list.put(outcome.task);
      else if (outcome.task) list.know(outcome.task);
      settled.set(({ created }) => ({
        created:
          work.kind === "create" && outcome.task ? { ...created, [taskId]: outcome.task } : created,
      }));
    } else if (outcome.kind === "gone") {
      toast({ text: `“${title}” was deleted elsewhere, so your change has nowhere to go.` });
      list.remove(taskId);
    } else if (outcome.kind === "refused") {
      toast({ text: `“${title}” was not saved: ${outcome.reason}`, tone: "problem" });
    }
    refresh();
  }

  /** Ids that the server gave to tasks which were made here. */
  const settled = createStore<{ readonly created: Readonly<Record<string, Task>> }>({
    created: {},
  });

  const actions = createActions({ outbox, made: (id) => settled.get().created[id] });

  const onOnline = () => {
    // The session may have ended elsewhere while nobody looked.
    void refreshAccount();
    outbox.wake();
    connection?.check();
    if (!connection || list.store.get().state === "failed") void list.refresh();
  };
  const onVisible = () => {
    if (document.visibilityState === "hidden") outbox.hurry();
    else onOnline();
  };
  addEventListener("online", onOnline);
  addEventListener("focus", onOnline);
  document.addEventListener("visibilitychange", onVisible);
  // Retried here as well, as there is no connection yet that would tell when the server is back.
  const retry = setInterval(() => {
    if (list.store.get().state === "failed" && navigator.onLine) void list.refresh();
  }, 5_000);
  const keep = list.store.subscribe(() => {
    const { state, tasks } = list.store.get();
    if (state === "ready" && !isFiltered(shown)) keepTasks(user.id, tasks);
  });

  void countUnread();
  outbox.wake();
  // The list says from where on changes are told, also where another view is opened first.
  const { view } = routeOf(location.pathname);
  if (view === "inbox" || view === "history") void list.show(queryOf(shown, new Date()));

  return {
    ...{ user, list, operations, live, unread, changes, settled, countUnread },
    ...actions,
    show: (filters: Filters) => {
      shown = filters;
      const first = list.store.get().tasks.length === 0 && !isFiltered(filters);
      return list.show(queryOf(filters, new Date()), first ? keptTasks(user.id) : []);
    },
    resolve: outbox.resolve,
    retry: () => {
      outbox.wake();
      connection?.restart();
      return list.refresh();
    },
    close: () => {
      removeEventListener("online", onOnline);
      removeEventListener("focus", onOnline);
      document.removeEventListener("visibilitychange", onVisible);
      clearInterval(retry);
      keep();
      outbox.close();
      connection?.close();
      channel.close();
    },
  };
}

export type Session = Awaited<ReturnType<typeof openSession>>;

/** The session of who is signed in; undefined until it is open, and when nobody is. */
export const session = createStore<Session | undefined>(undefined);

/** Opens and closes the session as the account says it. */
export function followAccount(): void {
  let opening: string | undefined;
  const follow = async () => {
    const now = account.get();
    const userId = now.kind === "in" ? now.user.id : undefined;
    if (opening === userId) return;
    opening = userId;
    session.get()?.close();
    session.set(undefined);
    if (now.kind !== "in") return;
    const opened = await openSession(now.user);
    if (opening === userId) session.set(opened);
    else opened.close();
  };
  account.subscribe(() => void follow());
  void follow();
}

/** A task of which only what a change tells is known. */
function taskOf(told: Extract<ServerMessage, { type: "change" }>["task"]): Task {
  const at = new Date().toISOString();
  const rest = { description: "", tags: [], due_date: null, recurring: null };
  return { ...rest, ...told, created_at: at, updated_at: at };
}

/** Over all tabs where the browser can; else in this one, and the server sees doubles by their key. */
async function exclusively(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request("todo-outbox", work);
}

function wait(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
