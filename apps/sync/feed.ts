import type { services } from "#apps/contracts/services.ts";
import { type ChangeFeed, changeFeed, changeHeads } from "#apps/contracts/sync.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";

/** Reads a page of a user's changes after a sequence; rejects when backend is away. */
export type ReadFeed = (userId: string, after: number | undefined) => Promise<ChangeFeed>;

/** The present sequence of each of these users who has one. */
export type ReadHeads = (userIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

export type Feed = { readonly read: ReadFeed; readonly heads: ReadHeads };

const pageSize = 100;
const mostCalls = 16;

/** The change feed of backend, asked for once where several clients want the same at one time. */
export function createFeed(sidecar: Pick<Sidecar<(typeof services)["sync"]>, "get">): Feed {
  const limited = createLimit(mostCalls);
  // Not those under way: they may not know what the one who asks now has heard of.
  const waiting = new Map<string, Promise<ChangeFeed>>();

  const ask = (key: string, userId: string, after: number | undefined): Promise<ChangeFeed> =>
    limited(async () => {
      waiting.delete(key);
      const query = new URLSearchParams({ user_id: userId, limit: String(pageSize) });
      if (after !== undefined) query.set("after", String(after));
      return changeFeed.parse(await sidecar.get("backend", "/changes", query));
    });

  return {
    read: (userId, after) => {
      const key = `${userId} ${after}`;
      const found = waiting.get(key);
      if (found) return found;
      const asked = ask(key, userId, after);
      waiting.set(key, asked);
      return asked;
    },
    heads: (userIds) =>
      limited(async () => {
        const query = new URLSearchParams({ user_ids: userIds.join() });
        const answer = await sidecar.get("backend", "/changes/heads", query);
        return new Map(Object.entries(changeHeads.parse(answer).heads));
      }),
  };
}

/** Lets so many calls run at a time; the others wait for their turn, in order. */
function createLimit(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // A turn of the loop at least, so that who asks in the same one can share the answer.
    await (running < most
      ? Promise.resolve()
      : new Promise<void>((resolve) => queue.push(resolve)));
    running++;
    try {
      return await work();
    } finally {
      running--;
      queue.shift()?.();
    }
  };
}
