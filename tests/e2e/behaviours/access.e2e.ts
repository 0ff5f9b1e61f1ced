import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { eventRoute, jobRoute, scheduleRoute } from "#apps/contracts/dapr.ts";
import { call, expectProblem, newUser, type TaskView, type User } from "../client.ts";
import { entriesOf } from "../wait.ts";

const routes: [method: string, path: string][] = [
  ["GET", "/api/tasks"],
  ["POST", "/api/tasks"],
  ["GET", `/api/tasks/${randomUUID()}`],
  ["PATCH", `/api/tasks/${randomUUID()}`],
  ["POST", `/api/tasks/${randomUUID()}/complete`],
  ["DELETE", `/api/tasks/${randomUUID()}`],
  ["GET", "/api/activity"],
];

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

/** A token with these claims, signed with a secret that is not the application's. */
function signedElsewhere(claims: object): string {
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", randomBytes(32)).update(signed).digest("base64url")}`;
}

const forgeries: [name: string, forge: (user: User) => string][] = [
  ["that is no token", () => "garbage"],
  ["of three parts of nothing", () => "a.b.c"],
  ["signed with another secret", ({ token }) => signedElsewhere(claimsOf(token))],
  [
    "that ran out, signed with another secret",
    ({ token }) => signedElsewhere({ ...claimsOf(token), exp: 1_000_000_000 }),
  ],
  [
    "whose end was put off under the old signature",
    ({ token }) => {
      const [head, , signature] = token.split(".");
      return `${head}.${encode({ ...claimsOf(token), exp: 9_999_999_999 })}.${signature}`;
    },
  ],
  [
    "with algorithm none",
    ({ token }) => `${encode({ alg: "none", typ: "JWT" })}.${encode(claimsOf(token))}.`,
  ],
];

describe("access", () => {
  test.for(routes)("%s %s without a token is 401", async ([method, path]) => {
    const answer = await call(method, path);
    expectProblem(answer, 401);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  });

  test.for(forgeries)("a token %s is 401", async ([, forge]) => {
    const user = await newUser();
    const headers = { Authorization: `Bearer ${forge(user)}` };
    expectProblem(await call("GET", "/api/tasks", { headers }), 401);
    expectProblem(await call("POST", "/api/tasks", { body: { title: "No" }, headers }), 401);
    expectProblem(await call("GET", "/api/activity", { headers }), 401);
  });

  test("another scheme than Bearer is 401", async () => {
    const { token } = await newUser();
    const headers = { Authorization: `Basic ${token}` };
    expectProblem(await call("GET", "/api/tasks", { headers }), 401);
  });

  test("another user's task is 404 for every call, in no list and in no log", async () => {
    const [owner, stranger] = [await newUser(), await newUser()];
    const { body: task } = await owner.create({ title: "Private" });
    const path = `/api/tasks/${task.id}`;
    expectProblem(await stranger.call("GET", path), 404);
    expectProblem(await stranger.call("PATCH", path, { body: { title: "Taken" } }), 404);
    expectProblem(await stranger.call("POST", `${path}/complete`), 404);
    expectProblem(await stranger.call("DELETE", path), 404);
    const listed = await stranger.call<{ tasks: TaskView[] }>("GET", "/api/tasks");
    expect(listed.body.tasks).toEqual([]);

    await entriesOf(owner, { taskId: task.id, count: 1 });
    expect((await stranger.activity("?kind=task")).body.entries).toEqual([]);
    expect((await stranger.activity(`?task_id=${task.id}`)).body.entries).toEqual([]);
    // Who asks is told by the token alone: a user_id of the caller's own making counts for nothing.
    const asked = await stranger.activity(`?kind=task&user_id=${owner.id}`);
    if (asked.status === 200) expect(asked.body.entries).toEqual([]);
    else expectProblem(asked, 400);
    expect((await owner.call<TaskView>("GET", path)).body).toEqual(task);
  });

  test
    .skipIf(process.env.TODO_DIRECT === "true")
    .for([
      ...["/internal/occurrences", "/internal/schedules/reminder-sweep", "/job/reminder-1"],
      ...["/metrics", "/healthz", "/readyz", "/dapr/config", "/activity", "/changes"],
      ...["/v1.0/invoke/backend/method/api/tasks", "/api/%2e%2e/metrics", "/api/..%2fmetrics"],
    ])("%s leads to nothing at the public address", async (path) => {
    for (const method of ["GET", "POST"]) {
      expect((await call(method, path)).status).toBe(404);
    }
  });

  test("the internal routes are not open at the public address", async () => {
    const path = eventRoute("task-events");
    const body = { data_base64: Buffer.from("{}").toString("base64") };
    const answer = await call("POST", path, { body });
    expect([401, 403, 404]).toContain(answer.status);
  });

  test.each([
    ["POST", scheduleRoute("reminder-sweep")],
    ["POST", jobRoute("reminder-00000000-0000-4000-8000-000000000001")],
    ["GET", "/addresses?user_id=00000000-0000-4000-8000-000000000001"],
    ["POST", "/identities"],
  ])("what is for a sidecar is not for people: %s %s", async (method, path) => {
    const { token } = await newUser();
    for (const headers of [
      {},
      { Authorization: `Bearer ${token}` },
      { "dapr-api-token": "guess" },
    ]) {
      expect([401, 403, 404]).toContain((await call(method, path, { headers })).status);
    }
  });
});
