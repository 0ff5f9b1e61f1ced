/** Before each further try of what failed: all together less than 15 s, which others then wait. */
export const poisonDelaysMs: readonly number[] = [1_000, 3_000, 10_000];

/** How often the handler of an event has failed here, since when, and when it may be tried again. */
type Failure = {
  readonly attempts: number;
  readonly sinceMs: number;
  readonly notBeforeMs: number;
};

/** What failed and is tried again, by the ids of events. */
export type Tries = {
  /** Whether the next try of an event is yet to wait for. */
  readonly isEarly: (eventId: string) => boolean;
  /** How often it has failed. */
  readonly failuresOf: (eventId: string) => number;
  /** Plans the try after one that began at a time and failed; undefined when there is none left. */
  readonly plan: (eventId: string, beganMs: number) => number | undefined;
  readonly forget: (eventId: string) => void;
};

// More than the batches of all partitions have at once: each that were forgotten before its last try
// would be tried for ever.
const mostFailures = 10_000;
// Deliveries come a second after another: one that is early by a little is the one that was meant.
const earlyMs = 100;

/** Remembers failures by the clock of `performance.now()`; `delaysMs` before each further try. */
export function createTries(delaysMs: readonly number[]): Tries {
  const failures = new Map<string, Failure>();
  const failuresOf = (eventId: string): number => failures.get(eventId)?.attempts ?? 0;

  return {
    isEarly: (eventId) => performance.now() < (failures.get(eventId)?.notBeforeMs ?? 0),
    failuresOf,
    plan: (eventId, beganMs) => {
      const attempts = failuresOf(eventId) + 1;
      const delayMs = delaysMs[attempts - 1];
      if (delayMs === undefined) return undefined;
      // From the first try on: the partition waits for slow tries and late deliveries as well.
      const dueMs = delaysMs.slice(0, attempts).reduce((sum, one) => sum + one, 0);
      const sinceMs = failures.get(eventId)?.sinceMs ?? beganMs;
      // A batch of each partition, and those whose partitions have gone elsewhere: the oldest go.
      failures.delete(eventId);
      failures.set(eventId, { attempts, sinceMs, notBeforeMs: sinceMs + dueMs - earlyMs });
      if (failures.size > mostFailures) failures.delete(failures.keys().next().value as string);
      return delayMs;
    },
    forget: (eventId) => void failures.delete(eventId),
  };
}
