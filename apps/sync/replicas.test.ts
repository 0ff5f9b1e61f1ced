import { expect, test, vi } from "vitest";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { RedisListener } from "#apps/kit/redis/client.ts";
import { samples, traceparent, uuidOf } from "#apps/kit/testing/samples.ts";
import { inSpan } from "#apps/kit/tracing/scope.ts";
import { createTracer } from "#apps/kit/tracing/tracer.ts";
import type { Happening } from "./hub.ts";
import { createReplicas } from "./replicas.ts";

const alice = uuidOf(1);
const happening: Happening = {
  userId: alice,
  occurredAt: "2026-01-30T12:00:00.123Z",
  traceparent,
  change: { sequence: 7, change: "updated", task: samples["task-updates"].task },
};

/** Two replicas on one Redis that can be away for each of them. */
function pair() {
  const clock = { now: 0 };
  const listeners: RedisListener[] = [];
  const away = new Set<string>();
  const replica = (replicaId: string) => {
    const hub = {
      happened: vi.fn<(happening: Happening) => void>(),
      know: vi.fn(),
      userIds: () => [alice],
    };
    const readHeads = vi.fn(async (_: readonly string[]) => new Map([[alice, 7]]));
    const redis = {
      publish: async (_: string, message: string) => {
        if (away.has(replicaId)) return false;
        for (const listener of listeners) listener.onMessage(message);
        return true;
      },
      subscribe: (_: string, listener: RedisListener) => void listeners.push(listener),
    };
    const deps = { redis, hub, readHeads, replicaId, now: () => clock.now };
    return { hub, readHeads, ...createReplicas(deps) };
  };
  return { clock, away, listeners, one: replica("one"), two: replica("two") };
}

test("what one replica is told reaches the clients of both, once", async () => {
  const { one, two } = pair();
  await one.tell(happening);
  expect(one.hub.happened).toHaveBeenCalledExactlyOnceWith(happening);
  expect(two.hub.happened).toHaveBeenCalledTimes(1);
  expect(two.hub.happened.mock.calls[0]?.[0]).toMatchObject(happening);
});

test("nobody looks into the feed as long as all hear each other", async () => {
  const { clock, one, two } = pair();
  for (; clock.now < 30_000; clock.now += 1_000) {
    await one.tick();
    await two.tick();
  }
  expect(one.readHeads).not.toHaveBeenCalled();
  expect(two.readHeads).not.toHaveBeenCalled();
});

test("a replica that could not tell the others says of whom as soon as it can", async () => {
  const { away, one, two } = pair();
  away.add("one");
  await one.tell(happening);
  await one.tick();
  await two.tick();
  expect(two.readHeads).not.toHaveBeenCalled();
  away.clear();
  await one.tick();
  await two.tick();
  expect(two.readHeads).toHaveBeenCalledExactlyOnceWith([alice]);
  expect(two.hub.know).toHaveBeenCalledWith(alice, 7);
});

test("a replica that hears nobody looks for its users each second", async () => {
  const { clock, away, one } = pair();
  away.add("one");
  for (; clock.now <= 3_000; clock.now += 1_000) await one.tick();
  expect(one.readHeads).not.toHaveBeenCalled();
  for (; clock.now <= 6_000; clock.now += 1_000) await one.tick();
  expect(one.readHeads).toHaveBeenCalledTimes(3);
});

test("a replica that falls silent is looked after by the others until it is forgotten", async () => {
  const { clock, one, two } = pair();
  await two.tick();
  for (clock.now = 1_000; clock.now <= 4_000; clock.now += 1_000) await one.tick();
  expect(one.readHeads).toHaveBeenCalledExactlyOnceWith([alice]);
  for (; clock.now <= 10_000; clock.now += 1_000) await one.tick();
  expect(one.readHeads).toHaveBeenCalledTimes(7);
  clock.now = 181_000;
  await one.tick();
  one.readHeads.mockClear();
  for (; clock.now <= 190_000; clock.now += 1_000) await one.tick();
  expect(one.readHeads).not.toHaveBeenCalled();
});

test("what is no message of ours is passed over", async () => {
  const { listeners, one } = pair();
  for (const text of ["", "{", "null", "{}", '{"from":"two","change":{}}']) {
    listeners[0]?.onMessage(text);
  }
  expect(one.hub.happened).not.toHaveBeenCalled();
});

test("a push elsewhere is told of the span in which the event was given to a replica", async () => {
  const { one, two } = pair();
  const tracer = createTracer({ share: 1 });
  const span = tracer.start("consume task-updates", "CONSUMER", traceparent);
  await inSpan(tracer, span, () => one.tell(happening));
  for (const { hub } of [one, two]) {
    expect(hub.happened.mock.calls[0]?.[0].traceparent).toBe(traceparentOf(span.trace));
  }
});

test("a replica that hears nobody gets to all of its users, however many there are", async () => {
  const { clock, away, one } = pair();
  away.add("one");
  const users = Array.from({ length: 2_500 }, (_, index) => uuidOf(index));
  one.hub.userIds = () => users;
  for (clock.now = 4_000; clock.now <= 6_000; clock.now += 1_000) await one.tick();
  const asked = one.readHeads.mock.calls.flatMap(([some]) => some);
  expect(asked.toSorted()).toEqual(users.toSorted());
  expect(one.readHeads.mock.calls.every(([some]) => some.length <= 100)).toBe(true);
});

test("one that listens again looks once for what it did not hear", async () => {
  const { listeners, one } = pair();
  listeners[0]?.onListening?.();
  await one.tick();
  await one.tick();
  expect(one.readHeads).toHaveBeenCalledTimes(1);
});

test("with backend away it is looked for again at the next tick", async () => {
  const { listeners, one } = pair();
  one.readHeads.mockRejectedValueOnce(new Error("away"));
  listeners[0]?.onListening?.();
  await one.tick();
  await one.tick();
  expect(one.hub.know).toHaveBeenCalledExactlyOnceWith(alice, 7);
});
