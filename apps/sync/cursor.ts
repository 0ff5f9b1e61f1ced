import type { ChangeFeed, ServerMessage, TaskChange } from "#apps/contracts/sync.ts";

/** What is to be told now, in order. */
type Told = readonly ServerMessage[];

/**
 * One client's place in the changes of its user. Events come in any order, twice or not at all;
 * the feed tells what lies between. Whatever happens, the client is told every change once and in
 * order.
 */
export type Cursor = {
  /** Takes an event; told at once when it is the next one, else it waits for the feed. */
  readonly offer: (change: TaskChange) => Told;
  /** Learns that there are changes up to this sequence, without being told which. */
  readonly know: (sequence: number) => void;
  /** Whether the feed has to be read, as there are changes that the client was not told. */
  readonly isBehind: () => boolean;
  /** Where a page of the feed is to begin; `undefined` asks for the present. One page at a time. */
  readonly beginPage: () => number | undefined;
  readonly endPage: (page: ChangeFeed) => Told;
  /** The sequence up to which the client was told everything; undefined before the first page. */
  readonly position: () => number | undefined;
};

/** Events that came before their turn and are kept for it; more of them the feed tells again. */
const mostAhead = 100;

/** A cursor that goes on after this sequence, or from the present when none is given. */
export function createCursor(after: number | undefined): Cursor {
  let position = after;
  // The newest change that is known to exist, and what was known when the page was asked for.
  let known = after ?? 0;
  let asked = 0;
  let placed = false;
  const ahead = new Map<number, TaskChange>();

  function* next(): Generator<ServerMessage> {
    if (position === undefined) return;
    for (const sequence of ahead.keys()) if (sequence <= position) ahead.delete(sequence);
    for (let change = ahead.get(position + 1); change; change = ahead.get(position + 1)) {
      ahead.delete(change.sequence);
      position = change.sequence;
      yield { type: "change", ...change };
    }
  }

  const know = (sequence: number): void => {
    known = Math.max(known, sequence);
  };

  return {
    offer: (change) => {
      know(change.sequence);
      if (ahead.size < mostAhead || change.sequence === (position ?? 0) + 1) {
        ahead.set(change.sequence, change);
      }
      return [...next()];
    },
    know,
    isBehind: () => !placed || known > (position ?? 0),
    beginPage: () => {
      asked = known;
      return position;
    },
    endPage: (page) => {
      placed = !page.more;
      if (page.resync) {
        position = page.sequence;
        if (known <= asked) known = position;
        return [{ type: "resync", sequence: page.sequence }, ...next()];
      }
      const told: ServerMessage[] = [];
      for (const change of page.changes) {
        if (position !== undefined && change.sequence <= position) continue;
        position = change.sequence;
        told.push({ type: "change", ...change });
      }
      if (!page.more) {
        // Numbers between changes belong to events of other kinds.
        position = Math.max(position ?? 0, page.sequence);
        // The feed has the last word: what it does not know by now is not to come.
        if (known <= asked) known = position;
      }
      return [...told, ...next()];
    },
    position: () => position,
  };
}
