import { Hono } from "hono";
import { describe, expect, test, vi } from "vitest";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { createRandom } from "#apps/kit/testing/samples.ts";
import { limited, networkOf } from "./limited.ts";
import { createLimiter } from "./limiter.ts";
import { type Quotas, quotasOf, saysQuotas, take } from "./quota.ts";

const ten = { requests: 10, seconds: 60 };

describe("a quota", () => {
  test("allows so many at once and no more", () => {
    let wholeAt: readonly (number | undefined)[] = [undefined];
    const allowed = Array.from({ length: 12 }, () => {
      const taken = take([ten], wholeAt, 1_000_000);
      wholeAt = taken.wholeAt;
      return taken.verdicts[0]?.allowed;
    });
    expect(allowed).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
  });

  test("comes back evenly, and says when", () => {
    let wholeAt: readonly (number | undefined)[] = [undefined];
    const at = (nowMs: number) => {
      const taken = take([ten], wholeAt, nowMs);
      wholeAt = taken.wholeAt;
      return taken.verdicts[0];
    };
    for (let count = 0; count < 10; count++) at(0);
    expect(at(0)).toEqual({ allowed: false, remaining: 0, resetSeconds: 60, retrySeconds: 6 });
    expect(at(5_999)?.allowed).toBe(false);
    expect(at(6_000)).toEqual({ allowed: true, remaining: 0, resetSeconds: 60, retrySeconds: 0 });
    expect(at(66_000)).toMatchObject({ allowed: true, remaining: 9 });
  });

  test("never allows more in a window than its number and what came back in it", () => {
    const random = createRandom(7);
    let wholeAt: readonly (number | undefined)[] = [undefined];
    const times: number[] = [];
    for (let now = 0; now < 600_000; now += random() * 3_000) {
      const taken = take([ten], wholeAt, now);
      wholeAt = taken.wholeAt;
      if (taken.verdicts[0]?.allowed) times.push(now);
    }
    for (const start of times) {
      const within = times.filter((time) => time >= start && time < start + 60_000).length;
      expect(within).toBeLessThanOrEqual(20);
    }
    expect(times.length).toBeGreaterThanOrEqual(100);
  });

  test("that refuses costs the others nothing", () => {
    const one = { requests: 1, seconds: 60 };
    const first = take([one, ten], [undefined, undefined], 0);
    const second = take([one, ten], first.wholeAt, 0);
    expect(second.verdicts.map(({ allowed }) => allowed)).toEqual([false, true]);
    expect(second.wholeAt).toEqual(first.wholeAt);
  });
});

test.each([
  ["off", {}],
  ["user=600/60", { user: { requests: 600, seconds: 60 } }],
  [
    "user=5/1,address=10/2",
    { user: { requests: 5, seconds: 1 }, address: { requests: 10, seconds: 2 } },
  ],
])("%s says %j", (text, quotas) => {
  expect(saysQuotas(text)).toBe(true);
  expect(quotasOf(text)).toEqual(quotas);
});

test.each(["", "user", "user=0/60", "user=5", "host=1/1", "user=1/1,"])(
  "%j says nothing",
  (text) => {
    expect(saysQuotas(text)).toBe(false);
  },
);

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["unknown", "unknown"],
])("%s counts as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe("the middleware", () => {
  const appWith = (quotas: Quotas, trustedProxies = 1, redis?: { run: () => Promise<unknown> }) => {
    const app = createTestShell();
    const api = new Hono<{ Variables: { userId?: string } }>();
    api.use(async (context, next) => {
      const user = context.req.header("x-user");
      if (user) context.set("userId", user);
      await next();
    });
    api.use(limited({ limiter: createLimiter(redis), quotas, trustedProxies }));
    api.get("/", (context) => context.text("served"));
    app.route("/api", api);
    return (headers: Record<string, string> = {}) => app.request("/api", { headers });
  };
  const two = { requests: 2, seconds: 60 };

  test("tells what is left, and refuses with a problem that says when to come again", async () => {
    const ask = appWith({ user: two, address: ten });
    const first = await ask({ "x-user": "alice" });
    expect(first.headers.get("ratelimit-policy")).toBe('"user";q=2;w=60, "address";q=10;w=60');
    expect(first.headers.get("ratelimit")).toBe('"user";r=1;t=30, "address";r=9;t=6');
    await ask({ "x-user": "alice" });
    const refused = await ask({ "x-user": "alice" });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({ status: 429, title: "Too many requests" });
    expect((await ask({ "x-user": "bob" })).status).toBe(200);
  });

  test("takes the word of its own proxies only about where a request comes from", async () => {
    const ask = appWith({ address: two });
    const from = (forwarded: string) => ask({ "x-forwarded-for": forwarded });
    await from("10.0.0.1, 192.0.2.1");
    await from("10.0.0.2, 192.0.2.1");
    expect((await from("10.0.0.3, 192.0.2.1")).status).toBe(429);
    expect((await from("192.0.2.1, 192.0.2.2")).status).toBe(200);
    const direct = appWith({ address: two }, 0);
    const statuses = [];
    for (const forged of ["a", "b", "c"]) {
      statuses.push((await direct({ "x-forwarded-for": forged })).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  test("counts here while Redis does not answer", async () => {
    const run = vi.fn(async () => undefined);
    const ask = appWith({ user: two }, 1, { run });
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await ask({ "x-user": "a" })).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(run).toHaveBeenCalledTimes(3);
  });

  test("without quotas says and does nothing", async () => {
    const response = await appWith({})();
    expect(response.status).toBe(200);
    expect(response.headers.has("ratelimit")).toBe(false);
  });
});
