import { setTimeout as sleep } from "node:timers/promises";
import { type Admin, Producer } from "@platformatic/kafka";
import { operatorHeaders } from "#apps/contracts/operator.ts";
import type { AppId, EffectKind } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { topics } from "#apps/contracts/topics.ts";
import { Refusal } from "#commands/run.ts";
import type { ConsumerControl } from "./consumer.ts";
import { clientOptions, ends, type KafkaAccess, offsetsAt } from "./kafka.ts";

/** What a replay will do. */
export type ReplayPlan = {
  readonly topic: Topic;
  readonly app: AppId;
  readonly since: Date;
  readonly effect: Exclude<EffectKind, "ephemeral">;
  /** By partition: where the consumer is and where it will begin; undefined: at its oldest record. */
  readonly partitions: readonly { from: bigint | undefined; committed: bigint | undefined }[];
  /** Records that will be delivered again. */
  readonly again: number;
};

const heardMs = 60_000;
const emptyGroupMs = 30_000;

/**
 * Looks what a replay comes to. Changes nothing.
 * @throws Refusal when the app does not consume the topic, keeps nothing of it, or `since` is
 * older than what the topic keeps
 */
export async function planReplay(
  admin: Admin,
  topic: string,
  app: AppId,
  since: Date,
): Promise<ReplayPlan> {
  const effect = contractOf(app).subscribes[topic as Topic];
  if (!effect) {
    const known = Object.keys(contractOf(app).subscribes).join(", ") || "nothing";
    throw new Refusal(`${app} does not subscribe to ${topic}; it subscribes to: ${known}`);
  }
  if (effect === "ephemeral") {
    throw new Refusal(
      `${app} keeps nothing of ${topic} (its effect is ephemeral): there is nothing to rebuild`,
    );
  }
  const oldest = Date.now() - topics[topic as Topic].retentionMs;
  if (since.getTime() < oldest || since.getTime() > Date.now()) {
    throw new Refusal(
      `--since ${since.toISOString()}: ${topic} has events from ` +
        `${new Date(oldest).toISOString()} until now`,
    );
  }
  const [[group], at, end] = await Promise.all([
    admin.listConsumerGroupOffsets({ groups: [{ groupId: app }] }),
    offsetsAt(admin, topic, BigInt(since.getTime())),
    offsetsAt(admin, topic, ends.latest),
  ]);
  const committed = group?.topics.find(({ name }) => name === topic)?.partitions;
  const partitions = end.map((last, partition) => {
    const found = committed?.find((it) => it.partitionIndex === partition)?.committedOffset;
    return resetOf(at[partition] ?? -1n, found, last);
  });
  const again = partitions.reduce(
    (sum, { from, committed: now }) => sum + Number((now ?? 0n) - (from ?? 0n)),
    0,
  );
  return { topic: topic as Topic, app, since, effect, partitions, again };
}

/** Where a partition will begin: never later than now, as that would lose what waits. */
export function resetOf(at: bigint, committed: bigint | undefined, end: bigint) {
  const now = committed === undefined || committed < 0n ? undefined : committed;
  // Who took nothing of it yet begins at its oldest record, and is not to pass that over.
  if (now === undefined) return { from: undefined, committed: undefined };
  // No record is as young as the time: the end.
  const wanted = at < 0n ? end : at;
  return { from: now < wanted ? now : wanted, committed: now };
}

/** What the plan will do, in sentences, for the one who has to say yes. */
export function explainReplay({ topic, app, since, effect, partitions, again }: ReplayPlan) {
  const forgets = {
    transactional: `${app} forgets which events it received since then; its effects go by version or natural key, so that doing them again changes nothing that is right`,
    "unique-key": `nothing is cleared: each event has one row by its id, which is written anew`,
    "idempotent-call": `nothing is cleared: the calls have a natural key where they arrive`,
  }[effect];
  return [
    `${again} records of ${topic} since ${since.toISOString()} are delivered to ${app} again:`,
    ...partitions.map(({ from, committed }, index) =>
      from === undefined
        ? `  partition ${index}: nothing taken yet, it begins at the oldest`
        : `  partition ${index}: from offset ${from}, where it is at ${committed}`,
    ),
    `1. ${forgets}.`,
    `2. ${app} is stopped, all replicas; its events wait meanwhile, other services go on.`,
    `3. its offsets of ${topic} are set back.`,
    `4. ${app} is started.`,
    "Cut off at any point, nothing is lost: run it again.",
  ];
}

export type ReplayDeps = {
  readonly access: KafkaAccess;
  readonly admin: Admin;
  readonly consumer: ConsumerControl;
  readonly say: (line: string) => void;
};

/**
 * Delivers a topic to one consumer again, from a time on.
 *
 * What has to be cleared follows from the effect of the subscription:
 * `transactional`: the inbox would call every event a duplicate. The consumer is told, by a record
 * on the topic, to forget what it received since then; it does so while it still runs, and the
 * offsets are set back only after that was committed. Until they are, an event that comes again by
 * itself may have its effect again, which changes nothing as effects go by version.
 * `unique-key`: the row's key is the event's id, and an event that comes again writes that row.
 * `idempotent-call`: what is called knows the natural key.
 * `ephemeral`: nothing is kept, so there is nothing to rebuild (refused by planReplay).
 *
 * Cut off at any point it can be run again: a consumer that was left stopped is started first.
 */
export async function replay(plan: ReplayPlan, deps: ReplayDeps): Promise<void> {
  const { topic, app, effect, partitions } = plan;
  const { admin, consumer, say } = deps;
  if (effect === "transactional") {
    if (!(await consumer.isRunning())) {
      say(`${app} does not run, perhaps by an earlier replay that was cut off: starting it`);
      await consumer.start();
    }
    say(`${app} forgets what it received since ${plan.since.toISOString()} …`);
    await tellToForget(plan, deps);
  }
  say(`stopping ${app} …`);
  await consumer.stop();
  try {
    await untilEmpty(admin, app);
    say(`setting back its offsets of ${topic} …`);
    await admin.alterConsumerGroupOffsets({
      groupId: app,
      topics: [
        {
          name: topic,
          partitionOffsets: partitions.flatMap(({ from }, partition) =>
            from === undefined ? [] : [{ partition, offset: from }],
          ),
        },
      ],
    });
  } finally {
    say(`starting ${app} …`);
    await consumer.start();
  }
}

async function tellToForget({ topic, app, since }: ReplayPlan, deps: ReplayDeps): Promise<void> {
  const producer = new Producer({ ...clientOptions(deps.access), idempotent: true });
  let sent: bigint | undefined;
  try {
    const headers = new Map([
      [Buffer.from(operatorHeaders.consumer), Buffer.from(app)],
      [Buffer.from(operatorHeaders.forgetSince), Buffer.from(since.toISOString())],
    ]);
    const { offsets } = await producer.send({
      messages: [{ topic, partition: 0, value: Buffer.from("{}"), headers }],
    });
    sent = offsets?.[0]?.offset;
  } finally {
    await producer.close(true);
  }
  if (sent === undefined) throw new Refusal("Kafka did not say where it put the record");
  const endsAt = performance.now() + heardMs;
  for (;;) {
    const [group] = await deps.admin.listConsumerGroupOffsets({ groups: [{ groupId: app }] });
    const at = group?.topics
      .find(({ name }) => name === topic)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === 0)?.committedOffset;
    if (at !== undefined && at > sent) return;
    if (performance.now() > endsAt) {
      throw new Refusal(
        `${app} did not get to it within ${heardMs / 1_000} s: it is behind, or waits for something ` +
          "(npm run events -- lag). Nothing was set back; run it again when it consumes.",
      );
    }
    await sleep(250);
  }
}

/** Kafka sets offsets back only of a group without members; one that was killed stays for 6 s. */
async function untilEmpty(admin: Admin, app: AppId): Promise<void> {
  const endsAt = performance.now() + emptyGroupMs;
  for (;;) {
    const group = (await admin.describeGroups({ groups: [app] })).get(app);
    if (!group || group.members.size === 0) return;
    if (performance.now() > endsAt) {
      throw new Refusal(
        `somebody still consumes as ${app}, ${group.members.size} members of its group: does ` +
          "another stack use the same Kafka? Nothing was set back.",
      );
    }
    await sleep(500);
  }
}
