import type { services } from "#apps/contracts/services.ts";
import { type ChangeFeed, changeFeed, changeHeads } from "#apps/contracts/sync.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import { createTurns } from "#apps/kit/turns.ts";

/** Reads a page of a user's changes after a sequence; rejects when backend is away. */
export type ReadFeed = (userId: string, after: number | undefined) => Promise<ChangeFeed>;

/** The present sequence of each of these users who has one. */
export type ReadHeads = (userIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

export type Feed = { readonly read: ReadFeed; readonly heads: ReadHeads };

const pageSize = 100;
const mostCalls = 16;

/** The change feed of backend, asked for once where several clients want the same at one time. */
export function createFeed(sidecar: Pick<Sidecar<(typeof services)["sync"]>, "get">): Feed {
  const inTurn = createTurns(mostCalls);
  // Not those under way: they may not know what the one who asks now has heard of.
  const waiting = new Map<string, Promise<ChangeFeed>>();

  const ask = (key: string, userId: string, after: number | undefined): Promise<ChangeFeed> =>
    inTurn(async () => {
      // So that who asks in the same turn of the loop can share the answer.
      await Promise.resolve();
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
      inTurn(async () => {
        const query = new URLSearchParams({ user_ids: userIds.join() });
        const answer = await sidecar.get("backend", "/changes/heads", query);
        return new Map(Object.entries(changeHeads.parse(answer).heads));
      }),
  };
}
