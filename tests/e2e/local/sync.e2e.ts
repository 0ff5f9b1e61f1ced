import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { closeCodes } from "#apps/contracts/sync.ts";
import { replicaName } from "#infra/host/port-plan.ts";
import { type Identity, isAlive } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import { baseUrl, createTasks, newUser, type User } from "../client.ts";
import { type Connected, connect, numbers, open, sequencesOf } from "../socket.ts";
import { repositoryFolder, requireStack } from "../stack.ts";
import { arrivalMs } from "../wait.ts";

const stack = requireStack();
const admin = postgres(stack.postgres.adminUrl, { max: 1, onnotice: () => {} });
afterAll(() => admin.end());

const addresses = stack.services.sync?.urls ?? [];
/** The kit ends a drain after thirteen seconds. */
const goneWithinMs = 15_000;
const testMs = 150_000;

type Guest = { readonly user: User; readonly clients: readonly [Connected, Connected] };

/**
 * Users with a client at each of two replicas: so many that each replica is given events of users
 * by its own partitions.
 */
const invite = (): Promise<Guest[]> =>
  Promise.all(
    Array.from({ length: 6 }, async () => {
      const user = await newUser();
      const [one, other] = addresses.map((url) => connect(user, { url: `${url}/ws` }));
      if (!one || !other) throw new Error("sync does not run twice");
      return { user, clients: [await one, await other] as const };
    }),
  );

/** Every guest makes so many tasks, and each of their clients is told of all until then. */
async function createAndWait(guests: readonly Guest[], count: number, total: number) {
  await Promise.all(guests.map(({ user }) => createTasks(user, count)));
  for (const client of guests.flatMap(({ clients }) => clients)) {
    await client.untilChanges(total);
    expect(sequencesOf(client)).toEqual(numbers(1, total));
  }
}

const sayGoodbye = (guests: readonly Guest[]) =>
  Promise.all(guests.flatMap(({ clients }) => clients).map((client) => client.close()));

function processOf(name: string): Identity {
  const record = readRecord(placesOf(stack.stackFolder, name).record);
  if (!record) throw new Error(`${name} has no record`);
  return record;
}

async function untilGone(process: Identity): Promise<void> {
  const endsAt = performance.now() + goneWithinMs;
  while (isAlive(process)) {
    expect(performance.now(), "the process is gone").toBeLessThan(endsAt);
    await sleep(20);
  }
}

/** Brings back what was ended, as a person does. */
const start = () =>
  new Promise<void>((resolve, reject) => {
    execFile("npm", ["start"], { cwd: repositoryFolder }, (error) =>
      error ? reject(error) : resolve(),
    );
  });

describe.skipIf(addresses.length < 2)("replicas of sync", { timeout: testMs }, () => {
  test("each tell their clients of every change, whichever is given the event", async () => {
    const guests = await invite();
    await createAndWait(guests, 5, 5);
    await sayGoodbye(guests);
  });

  // A server that somebody else runs is not ours to hold.
  const ownRedis = readRecord(placesOf(stack.stackFolder, "redis").record);
  const silent = "tell each change once while Redis is silent, by looking into the feed";
  test.skipIf(!ownRedis)(silent, async () => {
    const guests = await invite();
    const redis = processOf("redis");
    process.kill(redis.pid, "SIGSTOP");
    try {
      await createAndWait(guests, 3, 3);
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await createAndWait(guests, 2, 5);
    await sayGoodbye(guests);
  });

  test("drain: clients are told to go elsewhere, and miss nothing there", async () => {
    const guests = await invite();
    await createAndWait(guests, 2, 2);
    const leaving = processOf(replicaName("sync", 1));
    try {
      process.kill(leaving.pid, "SIGTERM");
      for (const { user, clients } of guests) {
        const [staying, going] = clients;
        expect(await going.closed).toBe(closeCodes.restarting);
        await goOnElsewhere(user, staying);
      }
      await untilGone(leaving);
    } finally {
      await start();
    }
    await sayGoodbye(guests);
  });

  test("killed: its clients go on at the other one, which tells its own of everything", async () => {
    const guests = await invite();
    await createAndWait(guests, 2, 2);
    const killed = processOf(replicaName("sync", 0));
    try {
      process.kill(killed.pid, "SIGKILL");
      for (const { user, clients } of guests) {
        const [going, staying] = clients;
        expect(await going.closed).toBe(1006);
        // Its sidecar still holds its partitions, and their events with them.
        await goOnElsewhere(user, staying);
      }
    } finally {
      await start();
    }
    await sayGoodbye(guests);
  });
});

/** Connects through the gateway after the second change, as two more are made. */
async function goOnElsewhere(user: User, staying: Connected): Promise<void> {
  await createTasks(user, 1);
  const elsewhere = await connect(user, { after: 2 });
  await createTasks(user, 1);
  await elsewhere.untilChanges(2);
  expect(sequencesOf(elsewhere)).toEqual([3, 4]);
  await staying.untilChanges(4);
  expect(sequencesOf(staying)).toEqual(numbers(1, 4));
  await elsewhere.close();
}

test("a client whose token runs out is closed, and not let in again with it", async () => {
  const user = await newUser();
  const expiresAt = Math.ceil(Date.now() / 1_000) + 2;
  // The stack's own tokens live longer than a test: this one is by a key that we give it.
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const kid = randomUUID();
  const jwk = JSON.stringify(await exportJWK(publicKey));
  await admin`insert into backend.signing_keys (id, public_key, private_key, alg, created_at, expires_at)
    values (${kid}, ${jwk}, '', 'EdDSA', now(), now())`;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: "EdDSA", kid })
    .setIssuer(baseUrl)
    .setAudience("todo-evolution")
    .setSubject(user.id)
    .setExpirationTime(expiresAt)
    .sign(privateKey);
  const headers = { Authorization: `Bearer ${token}` };
  const client = open({ headers });
  await client.first("ready");
  expect(await client.closed).toBe(closeCodes.expired);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt * 1_000 - 50);
  expect(await open({ headers }).refused).toBe(401);
});

test("a client from before what is kept is told to begin anew, and goes on from there", async () => {
  const user = await newUser();
  await createTasks(user, 5);
  const forgotten =
    await admin`delete from backend.task_changes where user_id = ${user.id} and sequence <= 3`;
  expect(forgotten.count).toBe(3);
  await admin`insert into backend.task_change_horizons (user_id, sequence) values (${user.id}, 3)`;
  const [before, after] = await Promise.all([2, 3].map((last) => connect(user, { after: last })));
  if (!before || !after) throw new Error("both were asked for");
  expect(await before.first("resync")).toEqual({ type: "resync", sequence: 5 });
  expect(sequencesOf(after)).toEqual([4, 5]);
  // An event that was still on its way may have told it of 3 before the feed was asked.
  const again = before.told.findIndex(({ type }) => type === "resync");
  await createTasks(user, 1);
  await after.untilChanges(3);
  const since = () =>
    before.told.slice(again).flatMap((one) => (one.type === "change" ? [one.sequence] : []));
  await expect.poll(since, { timeout: arrivalMs }).toEqual([6]);
  expect(sequencesOf(after)).toEqual([4, 5, 6]);
  await Promise.all([before.close(), after.close()]);
});
