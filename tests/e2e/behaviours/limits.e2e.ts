import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { expectProblem, newUser, type User } from "../client.ts";

/** What a header field of the rate limits says of the policy `user`. */
function parameters(field: string | null): Record<string, number> {
  const item = field?.split(", ").find((part) => part.startsWith('"user";'));
  const pairs = [...(item ?? "").matchAll(/;([a-z])=(\d+)/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, Number(value)]));
}

const ask = (user: User) => user.call("GET", `/api/tasks/${randomUUID()}`);

describe("rate limits", () => {
  test("every answer tells the quota of its user and what is left of it", async ({ skip }) => {
    const user = await newUser();
    const first = await ask(user);
    if (!first.headers.has("ratelimit-policy")) skip("lifted here by configuration");
    const policy = parameters(first.headers.get("ratelimit-policy"));
    expect(policy).toMatchObject({ q: expect.any(Number), w: 60 });
    const left = parameters(first.headers.get("ratelimit"));
    // This request, and that for the user's token, of which some may have come back.
    const used = (policy.q ?? 0) - (left.r ?? 0);
    expect([1, 2]).toContain(used);
    // What was used comes back all the time, so only many at once can be seen.
    const many = await Promise.all(Array.from({ length: 50 }, () => ask(user)));
    const least = Math.min(
      ...many.map(({ headers }) => parameters(headers.get("ratelimit")).r ?? 0),
    );
    expect(least).toBeLessThan(left.r ?? 0);
  });

  test("who asks too often is refused with 429 until later, and nobody else", async ({ skip }) => {
    const [user, other] = [await newUser(), await newUser()];
    const quota = parameters((await ask(user)).headers.get("ratelimit-policy")).q;
    if (quota === undefined || quota > 10_000) return skip("lifted here by configuration");
    let sent = 1;
    let refused: Awaited<ReturnType<typeof ask>> | undefined;
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1_000;
    const caller = async () => {
      while (!refused && seconds() < 40) {
        sent++;
        const answer = await ask(user);
        if (answer.status === 429) refused = answer;
      }
    };
    await Promise.all(Array.from({ length: 40 }, caller));
    // Where requests take so long, the quota comes back faster than it is used.
    if (!refused && sent / seconds() < (4 * quota) / 60) return skip("too slow to use up a quota");
    if (!refused) throw new Error(`${sent} requests of a quota of ${quota} were all answered`);
    expect(sent).toBeGreaterThan(quota);
    expectProblem(refused, 429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(parameters(refused.headers.get("ratelimit")).r).toBe(0);
    expect((await ask(other)).status).toBe(404);
  }, 60_000);
});
