import { api, ask, reasonOf, type Task, type TaskPage, type TaskQuery } from "../api/client.ts";
import { createStore } from "../store.ts";

/** The part of a list that was loaded, as the server has it. */
export type List = {
  readonly tasks: readonly Task[];
  /** The cursor of what follows; null at the end. */
  readonly next: string | null;
  readonly state: "loading" | "ready" | "failed";
  /** Why the last try failed, in words. */
  readonly reason: string;
  /** It is from this browser, of an earlier visit. */
  readonly kept: boolean;
};

const pageSize = 50;
const mostAtOnce = 100;
const empty: List = { tasks: [], next: null, state: "loading", reason: "", kept: false };

export type ListReader = (query: TaskQuery) => Promise<TaskPage>;

const readPage: ListReader = (query) =>
  ask(api.tasks.$get({ query }, { init: { signal: AbortSignal.timeout(15_000) } }));

/** The list that is looked at: loaded by pages, and again when something has changed. */
export function createTaskList(onSequence: (sequence: number) => void, read = readPage) {
  const store = createStore<List>(empty);
  let query: TaskQuery = {};
  let generation = 0;
  let loading = false;
  let stale = false;

  /** As much again as was loaded, so that nothing disappears from under who reads. */
  async function refresh(): Promise<void> {
    if (loading) {
      stale = true;
      return;
    }
    loading = true;
    const mine = generation;
    const wanted = Math.max(pageSize, store.get().kept ? 0 : store.get().tasks.length);
    try {
      let tasks: readonly Task[] = [];
      let page: TaskPage;
      let first: number | undefined;
      let cursor: string | undefined;
      do {
        const limit = String(Math.min(mostAtOnce, Math.max(wanted - tasks.length, 1)));
        page = await read({ ...query, limit, ...(cursor && { cursor }) });
        if (mine !== generation) break;
        first ??= page.sequence;
        tasks = joined(tasks, page.tasks);
        cursor = page.next ?? undefined;
      } while (cursor && tasks.length < wanted);
      if (mine === generation) {
        store.set({ ...empty, tasks, next: page.next, state: "ready" });
        onSequence(first ?? 0);
      }
    } catch (error) {
      if (mine === generation) {
        store.set((before) => ({ ...before, state: "failed", reason: reasonOf(error) }));
      }
    }
    loading = false;
    if (stale || mine !== generation) {
      stale = false;
      await refresh();
    }
  }

  return {
    store,
    /** Looks at another list. */
    show: (next: TaskQuery, kept: readonly Task[] = []) => {
      query = next;
      generation++;
      store.set((before) => ({
        ...empty,
        // What was there stays until the new list has come: an empty page would flicker.
        tasks: kept.length > 0 ? kept : before.tasks,
        kept: kept.length > 0,
      }));
      return refresh();
    },
    refresh,
    more: async () => {
      const { next } = store.get();
      if (!next || loading) return;
      const mine = generation;
      loading = true;
      try {
        const page = await read({ ...query, limit: String(pageSize), cursor: next });
        if (mine === generation) {
          store.set((before) => ({
            ...before,
            tasks: joined(before.tasks, page.tasks),
            next: page.next,
            state: "ready",
          }));
        }
      } catch (error) {
        store.set((before) => ({ ...before, state: "failed", reason: reasonOf(error) }));
      }
      loading = false;
      if (stale || mine !== generation) {
        stale = false;
        await refresh();
      }
    },
    /** Something is known of a task before the list is read again; an older version says nothing. */
    know: (task: Partial<Task> & Pick<Task, "id" | "version">) =>
      store.set((before) => ({
        ...before,
        tasks: before.tasks.map((one) =>
          one.id === task.id && task.version > one.version ? { ...one, ...task } : one,
        ),
      })),
    /** A task of one's own that was just made: seen at once, wherever the list will have it. */
    put: (task: Task) =>
      store.set((before) =>
        before.tasks.some(({ id }) => id === task.id)
          ? before
          : { ...before, tasks: [task, ...before.tasks] },
      ),
    remove: (taskId: string) =>
      store.set((before) => ({
        ...before,
        tasks: before.tasks.filter(({ id }) => id !== taskId),
      })),
  };
}

export type TaskList = ReturnType<typeof createTaskList>;

/** A task that moved from one page to the next while they were read is there once. */
function joined(before: readonly Task[], more: readonly Task[]): readonly Task[] {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...more.filter(({ id }) => !known.has(id))];
}
