import { Problem } from "#apps/kit/http/problem.ts";

export type Passwords = {
  readonly hash: (password: string) => Promise<string>;
  readonly verify: (known: { hash: string; password: string }) => Promise<boolean>;
};

/** Each takes 70 ms of a core and 32 MiB; more at once would take them from everything else. */
const atOnce = 2;
/** Who would wait longer than for these is told to come again. */
const mostWaiting = 100;

/** The same functions, a few at a time; rejects with a problem of 503 when too many wait. */
export function fewAtOnce(passwords: Passwords): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) {
        throw new Problem(503, "Not available now", "too many sign in at once; please try again");
      }
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  return {
    hash: (password) => inTurn(() => passwords.hash(password)),
    verify: (known) => inTurn(() => passwords.verify(known)),
  };
}
