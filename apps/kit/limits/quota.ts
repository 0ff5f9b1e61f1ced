/** So many requests in so many seconds; what was used comes back evenly. */
export type Quota = { readonly requests: number; readonly seconds: number };

/**
 * Whom a quota is for: a name of the policy. `user` is who asks, `address` where from; `login` is
 * where sign-ins, sign-ups and the like come from, `account` the account that a password is tried at,
 * `reset` the address that a link to a new password is asked for.
 */
export type QuotaName = "user" | "address" | "login" | "account" | "reset";
export type Quotas = { readonly [Name in QuotaName]?: Quota };

/** What became of one request under one quota; whole seconds, rounded up. */
export type Verdict = {
  readonly allowed: boolean;
  /** How many more would be allowed at once. */
  readonly remaining: number;
  /** Until the whole quota is there again. */
  readonly resetSeconds: number;
  /** Until the next request is allowed; 0 where it was. */
  readonly retrySeconds: number;
};

const form = /^(user|address|login|account|reset)=([1-9]\d{0,8})\/([1-9]\d{0,4})$/;

/** Whether a text says quotas: `off`, or as `user=600/60,address=6000/60` (requests/seconds). */
export const saysQuotas = (text: string): boolean =>
  text === "off" || text.split(",").every((part) => form.test(part));

/** The quotas that a text says; none for `off`. */
export function quotasOf(text: string): Quotas {
  if (text === "off") return {};
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [, name, requests, seconds] = form.exec(part) ?? [];
      if (!name) throw new Error(`${JSON.stringify(part)} is no quota, as user=600/60`);
      return [name, { requests: Number(requests), seconds: Number(seconds) }];
    }),
  );
}

/**
 * The generic cell rate algorithm (ATM Forum, TM 4.0): all that is kept is the time at which the
 * quota will be whole again. Takes one request from each quota, or from none when one refuses.
 * The script in `limiter.ts` does the same in Redis.
 * @param wholeAt by quota, in milliseconds; undefined for one that nothing was taken from
 */
export function take(
  quotas: readonly Quota[],
  wholeAt: readonly (number | undefined)[],
  nowMs: number,
): { readonly wholeAt: readonly (number | undefined)[]; readonly verdicts: readonly Verdict[] } {
  const cells = quotas.map((quota, index) => {
    const windowMs = quota.seconds * 1_000;
    const stepMs = windowMs / quota.requests;
    const from = Math.max(wholeAt[index] ?? nowMs, nowMs);
    return { windowMs, stepMs, from, allowed: from + stepMs - nowMs <= windowMs + toleranceMs };
  });
  const allowed = cells.every((cell) => cell.allowed);
  return {
    wholeAt: allowed ? cells.map(({ from, stepMs }) => from + stepMs) : wholeAt,
    verdicts: cells.map((cell) => {
      const after = allowed ? cell.from + cell.stepMs : cell.from;
      return verdictOf(cell.allowed, after - nowMs, cell.windowMs, cell.stepMs);
    }),
  };
}

// Sums of fractions of a millisecond are not exact.
const toleranceMs = 0.01;

/** @param usedMs what of the window is used up, in time */
export const verdictOf = (
  allowed: boolean,
  usedMs: number,
  windowMs: number,
  stepMs: number,
): Verdict => ({
  allowed,
  remaining: Math.max(0, Math.floor((windowMs + toleranceMs - usedMs) / stepMs)),
  resetSeconds: Math.max(0, Math.ceil(usedMs / 1_000)),
  retrySeconds: allowed ? 0 : Math.max(1, Math.ceil((usedMs + stepMs - windowMs) / 1_000)),
});
