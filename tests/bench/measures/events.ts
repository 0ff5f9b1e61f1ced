import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Producer, stringSerializers } from "@platformatic/kafka";
import { uuidv7 } from "uuidv7";
import type { Topic } from "#apps/contracts/topics.ts";
import { createBulkPublisher } from "#apps/kit/dapr/publish-bulk.ts";
import { envelopeOf } from "#apps/kit/events/envelope.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import type { OutboxRow } from "#apps/kit/events/tables.ts";
import { sampleRow, samples } from "#apps/kit/testing/samples.ts";
import { kafkaOptions } from "../../e2e/local/kafka.ts";
import { distributionOf, ratesOf } from "../distribution.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const drainWithinMs = 120_000;

/** Rows put into backend's outbox at once, until its relay has handed them all to the sidecar. */
export async function relay({ system, signal }: Bench): Promise<Measurement[]> {
  const { sql } = system;
  const count = 20_000;
  const rows = eventsOf("task-updates", count, 1_000);
  const counts: { atMs: number; value: number }[] = [];
  // Invisible to the relay until all are there.
  await sql.begin(async (tx) => {
    for (let from = 0; from < rows.length; from += 1_000) {
      const part = rows.slice(from, from + 1_000).map(columnsOf);
      await tx`insert into backend.outbox ${tx(part)}`;
    }
  });
  const since = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const [row] = await sql<{ left: number }[]>`select count(*)::int as left from backend.outbox`;
    const left = row?.left ?? 0;
    counts.push({ atMs: performance.now(), value: count - left });
    if (left === 0) break;
    if (performance.now() - since > drainWithinMs) throw new Error(`${left} rows were not sent`);
    await sleep(100);
  }
  const seconds = (performance.now() - since) / 1_000;
  return [
    {
      name: "relay",
      unit: "/s",
      values: { ...distributionOf(ratesOf(counts)), mean: count / seconds },
      note: `${count} rows of 1,000 users in ${seconds.toFixed(1)} s, by backend's own relay`,
    },
  ];
}

/** Records put into Kafka directly, until audit has taken them all. */
export async function consumerEffects({ system, signal }: Bench): Promise<Measurement[]> {
  const count = 10_000;
  const producer = new Producer({
    ...kafkaOptions(system.stack, "bench"),
    serializers: stringSerializers,
  });
  const before = await system.sample();
  const since = performance.now();
  try {
    const rows = eventsOf("task-events", count, 1_000);
    for (let from = 0; from < count; from += 500) {
      const messages = rows.slice(from, from + 500).map((row) => ({
        topic: "task-events",
        key: row.userId,
        value: JSON.stringify(envelopeOf(row, "backend")),
      }));
      await producer.send({ messages });
    }
  } finally {
    await producer.close();
  }
  const counts = [{ atMs: since, value: 0 }];
  for (;;) {
    signal.throwIfAborted();
    const done = (await system.sample()).effects - before.effects;
    counts.push({ atMs: performance.now(), value: done });
    if (done >= count) break;
    if (performance.now() - since > drainWithinMs) throw new Error(`${count - done} are missing`);
    await sleep(200);
  }
  const seconds = (performance.now() - since) / 1_000;
  return [
    {
      name: "consumer effects",
      unit: "/s",
      values: { ...distributionOf(ratesOf(counts)), mean: count / seconds },
      note: `${count} records of 1,000 users in ${seconds.toFixed(1)} s, producing them included`,
    },
  ];
}

/** Calls of one event each through backend's sidecar, 200 a second, and as fast as it goes. */
export async function publish({ system, signal, seconds }: Bench): Promise<Measurement[]> {
  const { DAPR_API_TOKEN: apiToken = "", DAPR_HTTP_PORT } = system.environmentOf("backend");
  const sidecarUrl = `http://127.0.0.1:${DAPR_HTTP_PORT}`;
  const send = createBulkPublisher({ sidecarUrl, apiToken, source: "backend", timeoutMs: 10_000 });
  const topic = "task-updates";
  const one = async (row: OutboxRow): Promise<number> => {
    const since = performance.now();
    const refused = await send(topic, [row]);
    if (refused.size > 0) throw new Error("the sidecar refused an event");
    return performance.now() - since;
  };
  const paced = Math.min(seconds, 20);
  const calls: Promise<number>[] = [];
  const startedAt = performance.now();
  for (const [index, row] of eventsOf(topic, paced * 200, 1_000).entries()) {
    signal.throwIfAborted();
    await sleep(Math.max(0, startedAt + index * 5 - performance.now()));
    calls.push(one(row));
  }
  const times = await Promise.all(calls);

  const rows = eventsOf(topic, 2_000, 1_000);
  const singleSince = performance.now();
  for (const row of rows) await one(row);
  const singles = rows.length / ((performance.now() - singleSince) / 1_000);
  const bulkSince = performance.now();
  for (let from = 0; from < rows.length; from += 200)
    await send(topic, rows.slice(from, from + 200));
  const bulk = rows.length / ((performance.now() - bulkSince) / 1_000);
  return [
    {
      name: "publish through the sidecar",
      unit: "ms",
      values: distributionOf(times),
      note: `one event a call, ${paced} s at 200/s`,
    },
    {
      name: "beside: single publishes",
      unit: "/s",
      values: distributionOf([singles]),
      note: "2,000 events, one call after the other",
    },
    {
      name: "beside: bulk publishes",
      unit: "/s",
      values: distributionOf([bulk]),
      note: "the same 2,000, 200 a call, one call after the other",
    },
  ];
}

/** Valid events of so many users, none of whom exists. */
export function eventsOf(topic: Topic, count: number, users: number): OutboxRow[] {
  const userIds = Array.from({ length: users }, () => uuidv7());
  const now = new Date();
  return Array.from({ length: count }, (_, index) => {
    const userId = userIds[index % users] ?? "";
    const subject = uuidv7();
    const data = { ...samples[topic], user_id: userId } as Record<string, unknown>;
    return sampleRow({
      id: index + 1,
      lane: laneOf(userId),
      topic,
      type: topic === "task-events" ? "com.todo.task.created" : "com.todo.task-update.created",
      userId,
      subject,
      eventId: uuidv7(),
      sequence: Math.floor(index / users) + 1,
      occurredAt: now,
      traceparent: `00-${randomUUID().replaceAll("-", "")}-b7ad6b7169203331-00`,
      data: topic === "task-events" ? { ...data, task_id: subject } : data,
    });
  });
}

const columnsOf = (row: OutboxRow) => ({
  lane: row.lane,
  topic: row.topic,
  user_id: row.userId,
  event_id: row.eventId,
  type: row.type,
  subject: row.subject,
  sequence: row.sequence,
  occurred_at: row.occurredAt,
  traceparent: row.traceparent,
  data: row.data as never,
});
