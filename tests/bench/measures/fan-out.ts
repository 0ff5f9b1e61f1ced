import { setTimeout as sleep } from "node:timers/promises";
import { type Follower, follow } from "../../follower.ts";
import { distributionOf } from "../distribution.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const users = 50;
const clientsPerUser = 10;
/** Changes a second, each of them told to all clients of its user. */
const rate = 50;
const connectedAtOnce = 25;
const toldWithinMs = 30_000;

/** From the request that makes a change until each client of its user has been told. */
export async function fanOut({ system, signal, ...bench }: Bench): Promise<Measurement[]> {
  const seconds = Math.min(bench.seconds, 20);
  const { baseUrl } = system.stack;
  const { tokens } = await system.tokens(users);
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  const followers: Follower[] = [];
  try {
    for (let at = 0; at < users * clientsPerUser; at++) {
      signal.throwIfAborted();
      const onChange = ({ task }: { task: { title: string } }) => {
        delays.push(performance.now() - (sentAt.get(task.title) ?? Number.NaN));
      };
      const token = tokens[at % users] ?? "";
      followers.push(follow({ url: baseUrl, token: async () => token, after: 0, onChange }));
      if (followers.length % connectedAtOnce === 0) await allReady(followers);
    }
    await allReady(followers);
    const count = await change(baseUrl, tokens, seconds * rate, sentAt, signal);
    const expected = count * clientsPerUser;
    const endsAt = performance.now() + toldWithinMs;
    while (delays.length < expected && performance.now() < endsAt) {
      signal.throwIfAborted();
      await sleep(50);
    }
    const lost = followers.reduce((sum, follower) => sum + follower.lost(), 0);
    const told = `${delays.length} of ${expected} messages of ${count} changes at ${rate}/s`;
    return [
      {
        name: "websocket fan-out",
        unit: "ms",
        values: distributionOf(delays),
        note:
          `${followers.length} connections of ${users} users through the gateway, ${told}; from the ` +
          `request that changes, which is included; ${lost} connections lost`,
        holds: delays.length === expected && lost === 0 && !delays.some(Number.isNaN),
      },
    ];
  } finally {
    for (const follower of followers) follower.stop();
  }
}

const allReady = (followers: readonly Follower[]) =>
  Promise.race([
    Promise.all(followers.map(({ ready }) => ready)),
    sleep(toldWithinMs, undefined, { ref: false }).then(() => {
      throw new Error(`not all of ${followers.length} clients were connected in time`);
    }),
  ]);

/** Makes so many tasks, evenly over time; resolves to how many were acknowledged. */
async function change(
  baseUrl: string,
  tokens: readonly string[],
  count: number,
  sentAt: Map<string, number>,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now();
  const answers: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, startedAt + (index * 1_000) / rate - performance.now()));
    const title = `Fan-out ${startedAt} ${index}`;
    sentAt.set(title, performance.now());
    const answer = fetch(new URL("/api/tasks", baseUrl), {
      method: "POST",
      headers: {
        Authorization: `Bearer ${tokens[index % tokens.length]}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ title }),
      signal,
    });
    answers.push(answer.then(({ status }) => status));
  }
  const statuses = await Promise.all(answers);
  const failed = statuses.find((status) => status !== 201);
  if (failed !== undefined) throw new Error(`a task was answered with ${failed}`);
  return statuses.length;
}
