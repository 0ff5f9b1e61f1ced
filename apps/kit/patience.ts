import { within } from "./within.ts";

export type PatienceOptions = {
  readonly timeoutMs: number;
  /** After so many failures in a row nothing is tried for a while. */
  readonly failuresInARow: number;
  readonly pauseMs: number;
  /** Told why each attempt failed. */
  readonly onFailure: (reason: unknown) => void;
};

/**
 * Tries what may be done without: bounded in time, never rejecting, and left alone for a while
 * when it fails again and again, so that it does not cost every caller the time of a failure.
 */
export type Patience = {
  /** What the work gives, or undefined when it failed, was late, or is not tried now. */
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  readonly pausing: () => boolean;
};

export function createPatience(options: PatienceOptions): Patience {
  const { timeoutMs, failuresInARow, pauseMs, onFailure } = options;
  let failures = 0;
  let pausedUntil = 0;
  const pausing = (): boolean => Date.now() < pausedUntil;
  return {
    pausing,
    attempt: async (work) => {
      if (pausing()) return undefined;
      try {
        const late = () => new Error(`no answer within ${timeoutMs} ms`);
        const result = await within(work(), timeoutMs, late);
        failures = 0;
        return result;
      } catch (reason) {
        // The pause ends with one try: each further failure begins it anew.
        if (++failures >= failuresInARow) pausedUntil = Date.now() + pauseMs;
        onFailure(reason);
        return undefined;
      }
    },
  };
}
