import type { StateEntry, StateStore } from "#apps/kit/dapr/state.ts";

export type TestStateStore = StateStore & {
  readonly entries: Map<string, StateEntry>;
  /** Saves that were refused, because something else had been written. */
  readonly refused: () => number;
};

/** A state store of this process with the rules of the real one, each call after `delay`. */
export function createTestStateStore(delay: () => Promise<void>): TestStateStore {
  const entries = new Map<string, StateEntry>();
  let refused = 0;
  let writes = 0;
  return {
    entries,
    refused: () => refused,
    get: async (key) => {
      await delay();
      const entry = entries.get(key) ?? null;
      await delay();
      return entry && structuredClone(entry);
    },
    save: async (key, value, { over }) => {
      await delay();
      if (entries.get(key)?.etag !== over) {
        refused++;
        return false;
      }
      entries.set(key, { value: structuredClone(value), etag: String(++writes) });
      await delay();
      return true;
    },
  };
}
