import { describe, expect, test, vi } from "vitest";
import { scheduleRoute } from "#apps/contracts/dapr.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { type CallbackArgs, createCallbackRoutes } from "./callback-routes.ts";

const contract = {
  ...idle,
  schedules: ["reminder-sweep"],
  jobs: true,
} as const satisfies ServiceContract;

const token = "the token of the app";
const sweep = vi.fn(async () => {});
const job = vi.fn(async () => {});

const post = (path: string, body: string | undefined, headers: Record<string, string>) => {
  const app = createTestShell();
  app.route(
    "/",
    createCallbackRoutes(contract, [{ schedules: { "reminder-sweep": sweep }, job }], token),
  );
  return app.request(path, { method: "POST", headers, ...(body !== undefined && { body }) });
};
const own = { "dapr-api-token": token };

describe("callbacks", () => {
  test("a beat of a schedule and a job reach what the service brings", async () => {
    expect((await post(scheduleRoute("reminder-sweep"), "", own)).status).toBe(200);
    expect(sweep).toHaveBeenCalledOnce();
    expect((await post("/job/reminder-1", '{"remind_at":"now"}', own)).status).toBe(200);
    expect(job).toHaveBeenCalledWith("reminder-1", { remind_at: "now" }, expect.anything());
  });

  test("nobody but the own sidecar may call them", async () => {
    vi.clearAllMocks();
    for (const headers of [{}, { "dapr-api-token": "guess" }] as Record<string, string>[]) {
      expect((await post(scheduleRoute("reminder-sweep"), "", headers)).status).toBe(401);
      expect((await post("/job/reminder-1", "{}", headers)).status).toBe(401);
    }
    expect(sweep).not.toHaveBeenCalled();
    expect(job).not.toHaveBeenCalled();
  });

  test("what fails is told to the sidecar, so that it calls again", async () => {
    job.mockRejectedValueOnce(new AwayError("the database is away"));
    expect((await post("/job/reminder-1", "{}", own)).status).toBe(503);
  });

  test("a service that declares none has no such routes and brings nothing", async () => {
    const { jobs: _, schedules: __, ...rest } = contract;
    const none: CallbackArgs<typeof rest> = [];
    const app = createTestShell();
    app.route("/", createCallbackRoutes(rest, none, token));
    const answer = await app.request("/job/a", { method: "POST", headers: own });
    expect(answer.status).toBe(404);
  });
});
