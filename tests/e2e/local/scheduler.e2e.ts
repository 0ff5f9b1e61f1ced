import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { call, newUser } from "../client.ts";
import { inMs, remind, remindedOf, remindersOf, untilReminded } from "../reminders.ts";
import { repositoryFolder, requireStack } from "../stack.ts";

const stack = requireStack();
// The spec's own limit with the scheduler dead; the sweep comes every 15 s.
const withoutSchedulerMs = 60_000;
const strayMs = 3_000;

const schedulerPid = (): number =>
  JSON.parse(readFileSync(join(stack.stackFolder, "run", "scheduler.json"), "utf8")).pid;

/** What a person does. Not waited for in a standstill: kept connections end meanwhile. */
const bringBack = (): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const start = spawn("npm", ["start"], { cwd: repositoryFolder, stdio: "ignore" });
    start.once("error", reject);
    start.once("exit", resolve);
  });

describe("with the scheduler killed", () => {
  // Whatever happens, the other behaviours get their scheduler back.
  afterAll(bringBack, 180_000);

  test("reminders are set, and fire by the sweep, each once, also when it is back", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Late", due_date: inMs(86_400_000) });
    const [known] = await remind(user, task.id, { type: "custom", remind_at: inMs(5_000) });
    process.kill(schedulerPid(), "SIGKILL");
    await sleep(500);
    const other = await user.create({ title: "Later", due_date: inMs(86_400_000) });
    const startedAt = performance.now();
    const at = inMs(2_000);
    await remind(user, other.body.id, { type: "custom", remind_at: at });
    expect(performance.now() - startedAt, "a request waited for the scheduler").toBeLessThan(2_000);

    const { found } = await untilReminded(user, 2, withoutSchedulerMs);
    expect(found.map(({ title }) => title).sort()).toEqual(["Reminder: Late", "Reminder: Later"]);
    expect(found.map(({ reminder_id }) => reminder_id)).toContain(known?.id);
    expect(await remindersOf(user, other.body.id)).toMatchObject([{ status: "sent" }]);
    const metrics = await call<string>("GET", `${stack.services.backend?.url}/metrics`);
    expect(metrics.body).toMatch(/reminder_lateness_seconds_count\{[^}]*by="sweep"[^}]*\} [1-9]/);

    // It remembers the job of the first, which comes late and finds it fired.
    const last = await user.create({ title: "After it", due_date: inMs(86_400_000) });
    await remind(user, last.body.id, { type: "custom", remind_at: inMs(10_000) });
    expect(await bringBack()).toBe(0);
    await untilReminded(user, 3, 10_000 + withoutSchedulerMs);
    await sleep(strayMs);
    const titles = (await remindedOf(user)).map(({ title }) => title).sort();
    expect(titles).toEqual(["Reminder: After it", "Reminder: Late", "Reminder: Later"]);
  }, 240_000);
});
