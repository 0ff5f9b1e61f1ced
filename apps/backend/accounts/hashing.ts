import { Problem } from "#apps/kit/http/problem.ts";
import { createTurns } from "#apps/kit/turns.ts";

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
  const inTurn = createTurns(atOnce, {
    most: mostWaiting,
    full: () => new Problem(503, "Not available now", "too many sign in at once; please try again"),
  });
  return {
    hash: (password) => inTurn(() => passwords.hash(password)),
    verify: (known) => inTurn(() => passwords.verify(known)),
  };
}
