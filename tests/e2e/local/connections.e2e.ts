import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { connect } from "#apps/kit/database/connect.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import { newUser } from "../client.ts";
import { requireStack } from "../stack.ts";
import { entriesOf } from "../wait.ts";

const stack = requireStack();
const admin = postgres(stack.postgres.adminUrl, { max: 1, onnotice: () => {} });
afterAll(() => admin.end());

const pidOf = (name: string) => readRecord(placesOf(stack.stackFolder, name).record)?.pid;
const running = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("connections to the database", () => {
  test("can be lost at any moment: services live on, and every task has its one entry", async () => {
    const before = { backend: pidOf("backend"), audit: pidOf("audit") };
    const user = await newUser();
    let ended = false;
    const cutting = (async () => {
      while (!ended) {
        await admin`select pg_terminate_backend(pid) from pg_stat_activity
                    where usename in ('backend', 'audit')`;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    // One after the other, each repeated under its key until the outcome is known.
    const count = 60;
    for (let index = 0; index < count; index++) {
      const key = { "idempotency-key": `cut-${index}` };
      for (let tries = 0; ; tries++) {
        const body = { title: `Task ${index}` };
        const { status } = await user.call("POST", "/api/tasks", { body, headers: key });
        if (status === 201) break;
        expect([409, 503]).toContain(status);
        expect(tries).toBeLessThan(100);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    ended = true;
    await cutting;
    // None is kept by work that failed: as many as the pool has are there for requests at once.
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => user.call("GET", "/api/tasks")),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const entries = await entriesOf(user, { count });
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    for (const [name, pid] of Object.entries(before)) {
      expect(pidOf(name)).toBe(pid);
      expect(running(pid), name).toBe(true);
    }
  });

  test("can all be in use: the database is there all the same", async () => {
    const { database, ping, close } = connect(stack.postgres.adminUrl, { maxConnections: 1 });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const busy = database.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await held;
    });
    const waited = database.execute(sql`select 1`).then(() => "answered");
    await ping(10_000);
    expect(await Promise.race([waited, Promise.resolve("waits")])).toBe("waits");
    letGo();
    await busy;
    expect(await waited).toBe("answered");
    await close();
    await expect(ping()).rejects.toThrow();
  });
});
