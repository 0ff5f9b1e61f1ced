import { headsAtOnce } from "#apps/contracts/sync.ts";
import type { ReadHeads } from "./feed.ts";
import type { Hub } from "./hub.ts";

/** Users whose changes are to be looked up in the feed, as their events may not have been heard. */
export type Lookups = {
  /** These, or everybody who is connected here. */
  readonly want: (userIds: readonly string[] | "everybody") => void;
  /** Whether all were looked up. */
  readonly areDone: () => boolean;
  /**
   * Asks for the sequences of some; their clients then read what is new. The others, and those for
   * whom backend did not answer, are for the next call.
   */
  readonly look: () => Promise<void>;
};

/** Calls to backend at a time, of a hundred users each. */
const mostCalls = 10;

export function createLookups(hub: Pick<Hub, "know" | "userIds">, readHeads: ReadHeads): Lookups {
  let wanted: Set<string> | "everybody" = new Set();
  let looking = false;

  const want = (userIds: readonly string[] | "everybody"): void => {
    if (userIds === "everybody") wanted = userIds;
    else if (wanted !== "everybody") for (const userId of userIds) wanted.add(userId);
  };

  async function lookUpSome(): Promise<void> {
    const asked = wanted;
    const here = hub.userIds().filter((userId) => asked === "everybody" || asked.has(userId));
    const later = here.splice(headsAtOnce * mostCalls);
    wanted = new Set(later);
    for (let at = 0; at < here.length; at += headsAtOnce) {
      const some = here.slice(at, at + headsAtOnce);
      try {
        for (const [userId, sequence] of await readHeads(some)) hub.know(userId, sequence);
      } catch {
        want(some); // backend is away
      }
    }
  }

  return {
    want,
    areDone: () => wanted !== "everybody" && wanted.size === 0,
    look: async () => {
      if (looking) return;
      looking = true;
      await lookUpSome().finally(() => {
        looking = false;
      });
    },
  };
}
