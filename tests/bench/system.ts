import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, ListOffsetTimestamps } from "@platformatic/kafka";
import postgres from "postgres";
import { type Account, signUpMany } from "../account.ts";
import { kafkaOptions } from "../e2e/local/kafka.ts";
import type { Stack } from "../e2e/stack.ts";
import { processOf } from "../faults/fault.ts";

/** Where the system stands at a moment; counters are totals since its processes started. */
export type Sample = {
  readonly atMs: number;
  /** Tasks acknowledged. */
  readonly created: number;
  /** Events of `task-events` that took effect in audit. */
  readonly effects: number;
  /** Rows waiting in backend's outbox. */
  readonly depth: number;
  /** Records of `task-events` that audit has not confirmed. */
  readonly lag: number;
};

export type Users = { readonly tokens: string[]; readonly userIds: string[] };

/** The local stack as the bench sees it, besides its API. */
export type System = {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly admin: Admin;
  readonly sample: () => Promise<Sample>;
  /** Takes a sample every second while work runs. */
  readonly during: <T>(work: Promise<T>) => Promise<{ result: T; samples: Sample[] }>;
  /** Waits until nothing waits any more; rejects after the time. */
  readonly drained: (withinMs: number) => Promise<void>;
  /** What a process of the stack was started with. */
  readonly environmentOf: (name: string) => Readonly<Record<string, string>>;
  /** Tokens of this many new users. */
  readonly tokens: (count: number) => Promise<Users>;
  /** The same users each time it is asked, once each has been sent its welcome. */
  readonly accounts: (count: number) => Promise<Users>;
  readonly close: () => Promise<void>;
};

const topic = "task-events";
const group = "audit";

/** Connects to what is behind the API of the stack. */
export function createSystem(stack: Stack, signal: AbortSignal): System {
  const sql = postgres(stack.postgres.adminUrl, { database: "todo", max: 4, onnotice: () => {} });
  const admin = new Admin({ ...kafkaOptions(stack, "bench"), timeout: 10_000 });

  let accounts: Promise<readonly Account[]> | undefined;

  const sample = async (): Promise<Sample> => {
    const [created, effects, depth, lag] = await Promise.all([
      counter(urlsOf(stack, "backend"), createdSeries),
      counter(urlsOf(stack, "audit"), effectSeries),
      sql<{ depth: number }[]>`select count(*)::int as depth from backend.outbox`,
      lagOf(admin),
    ]);
    return { atMs: performance.now(), created, effects, depth: depth[0]?.depth ?? 0, lag };
  };

  return {
    stack,
    sql,
    admin,
    sample,
    during: async (work) => {
      const samples = [await sample()];
      let done = false;
      const sampling = (async () => {
        for (let due = performance.now() + 1_000; !done; due += 1_000) {
          await sleep(Math.max(0, due - performance.now()));
          if (!done) samples.push(await sample());
        }
      })();
      try {
        return { result: await work, samples };
      } finally {
        done = true;
        await sampling;
      }
    },
    drained: async (withinMs) => {
      const endsAt = performance.now() + withinMs;
      for (;;) {
        signal.throwIfAborted();
        const { depth, lag } = await sample();
        if (depth === 0 && lag === 0) return;
        if (performance.now() > endsAt) throw new Error(`${depth} rows and ${lag} records wait`);
        await sleep(100);
      }
    },
    environmentOf: (name) => {
      const { pid } = processOf(stack, name);
      const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
      return Object.fromEntries(
        entries.map((entry) => [
          entry.slice(0, entry.indexOf("=")),
          entry.slice(entry.indexOf("=") + 1),
        ]),
      );
    },
    tokens: async (count) => usersOf(await signUpMany(stack.baseUrl, count, { signal })),
    accounts: async (count) => {
      accounts ??= signUpMany(stack.baseUrl, count, { signal });
      const made = await accounts;
      for (;;) {
        signal.throwIfAborted();
        const waiting =
          await sql`select 1 from notification.mails where status = 'pending' limit 1`;
        if (waiting.length === 0) return usersOf(made);
        await sleep(500);
      }
    },
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), admin.close()]);
    },
  };
}

const urlsOf = ({ services }: Stack, name: string): readonly string[] =>
  (services as Record<string, { urls: readonly string[] }>)[name]?.urls ?? [];

const createdSeries = /^http_request_duration_seconds_count\{.*method="POST".*\}/;
const effectSeries = /^events_received_total\{.*topic="task-events",outcome="applied".*\}/;

/** The sum of a counter over the replicas of a service. */
async function counter(urls: readonly string[], series: RegExp): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => series.test(line) && isCreation(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Whether a series counts what we want: of the requests only tasks that were made. */
const isCreation = (line: string): boolean =>
  !line.startsWith("http_") || /status="201"/.test(line);

async function lagOf(admin: Admin): Promise<number> {
  const { topics } = await admin.metadata({ topics: [topic] });
  const count = topics.get(topic)?.partitionsCount ?? 0;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const [ends, groups] = await Promise.all([
    admin.listOffsets({
      topics: [
        {
          name: topic,
          partitions: indexes.map((partitionIndex) => ({
            partitionIndex,
            timestamp: ListOffsetTimestamps.LATEST,
          })),
        },
      ],
    }),
    admin.listConsumerGroupOffsets({
      groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: indexes }] }],
    }),
  ]);
  const confirmed = new Map(
    (groups[0]?.topics[0]?.partitions ?? []).map((one) => [
      one.partitionIndex,
      one.committedOffset,
    ]),
  );
  return (ends[0]?.partitions ?? []).reduce((sum, { partitionIndex, offset }) => {
    const at = confirmed.get(partitionIndex) ?? 0n;
    return sum + Number(offset - (at < 0n ? 0n : at));
  }, 0);
}

/** Tokens that are good for a while yet: of the accounts, asked for again where they are old. */
async function usersOf(accounts: readonly Account[]): Promise<Users> {
  const tokens: string[] = [];
  for (const { token } of accounts) tokens.push(await token());
  return { tokens, userIds: accounts.map(({ id }) => id) };
}
