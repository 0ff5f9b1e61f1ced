import { createHash } from "node:crypto";
import type { z } from "zod";
import type { StateStore } from "#apps/kit/dapr/state.ts";
import { type TaskQuery, taskQuery } from "./task-query.ts";
import { taskPage } from "./tasks.ts";

export type Page = z.infer<typeof taskPage>;

export type ListCacheDeps = {
  /** Absent where a service runs without a sidecar. */
  readonly state: StateStore | undefined;
  /** How many changes of a user there were so far, by the database. */
  readonly sequenceOf: (userId: string) => Promise<number>;
  /** A page by the database, with the sequence that it reflects. */
  readonly read: (userId: string, query: TaskQuery) => Promise<Page>;
};

const ttlSeconds = 300;
// Larger pages cost Redis more than they save.
const largestBytes = 64 * 1024;

/**
 * Pages of tasks, kept in the state store by user and query. Every change of a user takes the next
 * sequence in its own transaction, and a page carries the sequence it was read at, so a kept page
 * is right exactly while the user's sequence is still that one. It is compared with the database
 * at every read: no lost invalidation, restart or partition can make a page older than a change
 * that was acknowledged. What is saved of it is the search, the sort and the reading of rows.
 */
export function createListCache({ state, sequenceOf, read }: ListCacheDeps) {
  return async (userId: string, query: TaskQuery): Promise<Page> => {
    if (!state || !isWorthKeeping(query)) return read(userId, query);
    const key = keyOf(userId, query);
    const [entry, sequence] = await Promise.all([state.get(key), sequenceOf(userId)]);
    const kept = entry ? taskPage.safeParse(entry.value).data : undefined;
    if (kept?.sequence === sequence) return kept;

    const page = await read(userId, query);
    // An older page never replaces a newer one: it is not written over one, and the tag refuses it
    // where another replica was quicker. Nobody waits for it.
    const isNewer = kept === undefined || kept.sequence < page.sequence;
    if (entry !== undefined && isNewer && Buffer.byteLength(JSON.stringify(page)) <= largestBytes) {
      void state.save(key, page, { over: entry?.etag, ttlSeconds });
    }
    return page;
  };
}

/**
 * Whether a list costs the database more than the question for the sequence and the store
 * together. Pages in the order of creation are read from an index in less; see DECISIONS.
 */
export function isWorthKeeping(query: TaskQuery): boolean {
  const { q, tag, sort } = query;
  return q !== undefined || tag !== undefined || !/^-?created$/.test(sort);
}

/** The same for the same page, however its filters were written. */
function keyOf(userId: string, query: TaskQuery): string {
  const named = Object.keys(taskQuery.shape).map((name) => {
    const value = query[name as keyof TaskQuery];
    return [name, Array.isArray(value) ? [...new Set(value)].sort() : value];
  });
  const digest = createHash("sha256").update(JSON.stringify(named)).digest("base64url");
  return `list:${userId}:${digest.slice(0, 22)}`;
}
