import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { taskLimits } from "#apps/contracts/tasks.ts";
import { type CallOptions, expectProblem, newUser } from "../client.ts";

const repeat = (length: number): string => "x".repeat(length);
const many = (length: number): string[] => Array.from({ length }, (_, index) => `tag-${index}`);

/** Bodies that are refused with 400; the field is the one that the answer has to name. */
const refusedBodies: [name: string, body: unknown, field?: string][] = [
  ["an empty title", { title: "" }, "title"],
  ["a title of blanks", { title: " \t " }, "title"],
  ["no title", {}, "title"],
  ["a title that is a number", { title: 7 }, "title"],
  ["a title one too long", { title: repeat(taskLimits.titleLength + 1) }, "title"],
  ["a title with U+0000", { title: "a\u0000b" }],
  ["a description of 200 KB", { title: "a", description: repeat(200_000) }, "description"],
  ["an unknown priority", { title: "a", priority: "urgent" }, "priority"],
  ["one tag too many", { title: "a", tags: many(taskLimits.tags + 1) }, "tags"],
  ["a tag one too long", { title: "a", tags: [repeat(taskLimits.tagLength + 1)] }, "tags.0"],
  ["tags that are no list", { title: "a", tags: "home" }, "tags"],
  ["a date that is none", { title: "a", due_date: "tomorrow" }, "due_date"],
  ["a day that no month has", { title: "a", due_date: "2031-02-30T00:00:00.000Z" }, "due_date"],
  ["a date in the year 0", { title: "a", due_date: "0000-01-01T00:00:00.000Z" }, "due_date"],
  ["an unknown field", { title: "a", owner: "me" }],
  ["what is not JSON", "{title: a}"],
  ["JSON cut off", '{"title":"a"'],
  ["nothing", ""],
  ["a list", []],
  ["null", null],
  ["a deep nest", "[".repeat(100_000)],
];

const refusedCalls: [name: string, method: string, path: string, options: CallOptions][] = [
  ["a cursor that is none", "GET", "/api/tasks?cursor=garbage", {}],
  ["a limit of 0", "GET", "/api/tasks?limit=0", {}],
  ["a limit of 1000", "GET", "/api/tasks?limit=1000", {}],
  ["a limit that is no number", "GET", "/api/tasks?limit=ten", {}],
  ["a cursor of the log that is none", "GET", "/api/activity?cursor=garbage", {}],
  ["a cursor of the log that is 0", "GET", "/api/activity?cursor=0", {}],
  ["a limit of the log of 1000", "GET", "/api/activity?limit=1000", {}],
  ["a task of the log that is no id", "GET", "/api/activity?task_id=1", {}],
  [
    "an Idempotency-Key one too long",
    "POST",
    "/api/tasks",
    { body: { title: "a" }, headers: { "Idempotency-Key": repeat(256) } },
  ],
];

describe("errors", () => {
  test.for(refusedBodies)("creating with %s is 400", async ([, body, field]) => {
    const user = await newUser();
    // A null has to be sent as JSON and not taken for no body.
    const sent = body === null ? "null" : body;
    const answer = await user.call("POST", "/api/tasks", { body: sent });
    expectProblem(answer, 400);
    if (field) {
      const faults = (answer.body as { errors?: { field: string }[] }).errors ?? [];
      expect(faults.map((fault) => fault.field)).toContain(field);
    }
    const listed = await user.call<{ tasks: unknown[] }>("GET", "/api/tasks");
    expect(listed.body.tasks).toEqual([]);
  });

  test.for(refusedCalls)("%s is 400", async ([, method, path, options]) => {
    expectProblem(await (await newUser()).call(method, path, options), 400);
  });

  test("a cursor of the log beyond all entries is an empty page or a refusal", async () => {
    const answer = await (await newUser()).activity(`?cursor=${"9".repeat(18)}`);
    if (answer.status !== 200) expectProblem(answer, 400);
    else expect(answer.body.entries).toEqual([]);
  });

  test("an update that names nothing, or If-Match that is no version, is 400", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Unchanged" });
    const path = `/api/tasks/${task.id}`;
    expectProblem(await user.call("PATCH", path, { body: {} }), 400);
    expectProblem(await user.call("PATCH", path, { body: { completed: "yes" } }), 400);
    const headers = { "If-Match": "one" };
    expectProblem(await user.call("PATCH", path, { body: { title: "b" }, headers }), 400);
    expect((await user.call("GET", path)).body).toEqual(task);
  });

  test("a body of 2 MiB is 413, and does not spoil the client's next calls", async () => {
    const user = await newUser();
    const body = { title: "a", description: repeat(2 * 1024 * 1024) };
    expectProblem(await firstAnswer(() => user.call("POST", "/api/tasks", { body })), 413);
    // A server that gives up on the unread body may do so later, under a call that came after.
    for (const until = performance.now() + 1_000; performance.now() < until; ) {
      expect((await user.call("GET", "/api/tasks")).status).toBe(200);
    }
  });

  test("ids that name nothing are 404, whether or not they are UUIDs", async () => {
    const user = await newUser();
    for (const id of [randomUUID(), "not-a-uuid", "..%2f..%2fetc", "%00", repeat(2_000)]) {
      expectProblem(await user.call("GET", `/api/tasks/${id}`), 404);
      expectProblem(await user.call("DELETE", `/api/tasks/${id}`), 404);
    }
    expectProblem(await user.call("GET", "/api/nothing"), 404);
  });

  test("the longest allowed input is accepted", async () => {
    const user = await newUser();
    const body = {
      title: repeat(taskLimits.titleLength),
      description: "語".repeat(taskLimits.descriptionLength),
      tags: many(taskLimits.tags),
    };
    expect((await user.create(body)).body).toMatchObject(body);
  });
});

/**
 * The answer to a request whose body the server does not read to its end: it may close while the
 * body is still being written, and then the client sees a broken pipe instead.
 */
async function firstAnswer<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (tries === 5 || !["EPIPE", "ECONNRESET"].includes(code ?? "")) throw error;
    }
  }
}
