import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { call, newUser } from "../client.ts";
import { inMs, remind, remindersOf, untilReminded } from "../reminders.ts";
import { repositoryFolder, requireStack } from "../stack.ts";

const stack = requireStack();
// The spec's own limit with the scheduler dead; the sweep comes every 15 s.
const withoutSchedulerMs = 60_000;

const schedulerPid = (): number =>
  JSON.parse(readFileSync(join(stack.stackFolder, "run", "scheduler.json"), "utf8")).pid;

describe("with the scheduler killed", () => {
  // Whatever happens, the other behaviours get their scheduler back.
  afterAll(async () => {
    const { spawnSync } = await import("node:child_process");
    spawnSync("npm", ["start"], { cwd: repositoryFolder, stdio: "ignore" });
  }, 180_000);

  test("reminders are set, and fire by the sweep, each once", async () => {
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
  }, 90_000);
});
