import { expect, test, vi } from "vitest";
import type { services } from "#apps/contracts/services.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import { envelopeOf } from "#apps/kit/events/envelope.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { sampleRow, samples, silentLog, uuidOf } from "#apps/kit/testing/samples.ts";
import { createApp } from "./app.ts";

const sample = samples["task-events"];
const recurring = { rule: "FREQ=DAILY", time_zone: "UTC", series_id: uuidOf(7) };

async function handle(post: () => Promise<unknown>, completed = true): Promise<void> {
  let handlers: Handlers<(typeof services)["recurring"]> | undefined;
  createApp({
    sidecar: { post },
    createApp: (given) => {
      handlers = given;
      return createTestShell();
    },
  });
  const task_data = { ...sample.task_data, completed, recurring };
  const data = { ...sample, event_type: completed ? "completed" : "updated", task_data };
  const event = envelopeOf(sampleRow({ data }), "backend") as Envelope<"task-events">;
  await handlers?.["task-events"](event, { log: silentLog });
}

test("backend is asked for the next task of a completed one, and of no other", async () => {
  const post = vi.fn(async () => ({ task_id: uuidOf(5), occurrence: 2, created: true }));
  await handle(post, false);
  expect(post).not.toHaveBeenCalled();
  await handle(post);
  expect(post).toHaveBeenCalledExactlyOnceWith(
    "backend",
    "/internal/occurrences",
    expect.objectContaining({ task_id: sample.task_id, user_id: sample.user_id }),
  );
});

test("the event is not done when the call failed, or the answer is none", async () => {
  const failing = () => Promise.reject(new Error("away"));
  await expect(handle(failing)).rejects.toThrow("away");
  await expect(handle(async () => ({ status: "ok" }))).rejects.toThrow();
});
