import { isIPv6 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "#apps/kit/http/problem.ts";
import type { Counted, Limiter } from "./limiter.ts";
import type { Quota, QuotaName, Quotas, Verdict } from "./quota.ts";

export type LimitedOptions = {
  readonly limiter: Limiter;
  /** What is not named is not limited. */
  readonly quotas: Quotas;
  /** How many proxies of ours a request comes through; each adds to X-Forwarded-For. */
  readonly trustedProxies: number;
};

/**
 * Refuses with 429 who asks too often: by address, and by user where a middleware before it set
 * `userId`. Tells how much is left in the header fields of draft-ietf-httpapi-ratelimit-headers-10.
 */
export function limited(options: LimitedOptions): MiddlewareHandler {
  const { trustedProxies } = options;
  return async (context, next) => {
    await takeFrom(context, options, {
      user: context.get("userId"),
      address: addressOf(context, trustedProxies),
    });
    return next();
  };
}

/**
 * Takes one from the quota of each name that says who is counted, and tells of them in the answer.
 * Rejects with a problem of 429 when one of them is used up.
 */
export async function takeFrom(
  context: Context,
  { limiter, quotas }: Pick<LimitedOptions, "limiter" | "quotas">,
  counted: { readonly [Name in QuotaName]?: string | undefined },
): Promise<void> {
  const policies = (Object.keys(counted) as QuotaName[]).flatMap((name) => {
    const [quota, who] = [quotas[name], counted[name]];
    return quota && who !== undefined ? [{ name, quota, key: `${name}:${who}` }] : [];
  });
  if (policies.length === 0) return;
  const verdicts = await limiter(policies as Counted[]);
  tell(context, policies, verdicts);
}

type Policy = { readonly name: QuotaName; readonly quota: Quota };

function tell(context: Context, policies: readonly Policy[], verdicts: readonly Verdict[]): void {
  const listed = (say: (policy: Policy, verdict: Verdict) => string): string =>
    policies.map((policy, index) => say(policy, verdicts[index] as Verdict)).join(", ");
  context.header(
    "RateLimit-Policy",
    listed(({ name, quota }) => `"${name}";q=${quota.requests};w=${quota.seconds}`),
  );
  context.header(
    "RateLimit",
    listed(({ name }, verdict) => `"${name}";r=${verdict.remaining};t=${verdict.resetSeconds}`),
  );
  const refused = verdicts.findIndex(({ allowed }) => !allowed);
  const policy = policies[refused];
  if (!policy) return;
  const seconds = Math.max(...verdicts.map(({ retrySeconds }) => retrySeconds));
  context.header("Retry-After", String(seconds));
  const { requests, seconds: window } = policy.quota;
  throw new Problem(
    429,
    "Too many requests",
    `${requests} requests in ${window} s are allowed for one ${policy.name}; try again in ${seconds} s`,
  );
}

/**
 * Where a request comes from: the entry of X-Forwarded-For that the first of our proxies added,
 * since what stands before it is the caller's own word. IPv6 counts by its /64, which one host has.
 */
export function addressOf(context: Context, trustedProxies: number): string {
  const entries = (context.req.header("x-forwarded-for") ?? "").split(",").map((it) => it.trim());
  const forwarded = trustedProxies > 0 ? entries.at(-trustedProxies) : undefined;
  return networkOf(forwarded || socketAddress(context) || "unknown");
}

function socketAddress(context: Context): string | undefined {
  try {
    return getConnInfo(context).remote.address;
  } catch {
    return undefined; // not served by a socket
  }
}

/** An address by which one caller is known: IPv4 as it is, of IPv6 the first 64 bits. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [head = "", tail = ""] = plain.split("%")[0]?.split("::") ?? [];
  const before = head.split(":").filter(Boolean);
  const after = tail.split(":").filter(Boolean);
  const zeros = plain.includes("::") ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  const first = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/64`;
}
