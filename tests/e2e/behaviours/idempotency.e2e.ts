import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { expectProblem, newUser, type TaskView } from "../client.ts";
import { entriesOf } from "../wait.ts";

const keyed = () => ({ "Idempotency-Key": randomUUID() });

describe("idempotency key", () => {
  test("the same request again gets the first answer and makes no second task", async () => {
    const user = await newUser();
    const headers = keyed();
    const first = await user.create({ title: "Once" }, headers);
    const again = await user.create({ title: "Once" }, headers);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    await entriesOf(user, { count: 1 });
  });

  test("another body under the same key is refused with 422", async () => {
    const user = await newUser();
    const headers = keyed();
    await user.create({ title: "Mine" }, headers);
    const other = await user.call("POST", "/api/tasks", { body: { title: "Other" }, headers });
    expectProblem(other, 422);
    await entriesOf(user, { count: 1 });
  });

  test("a refused request does not use up its key", async () => {
    const user = await newUser();
    const headers = keyed();
    expectProblem(await user.call("POST", "/api/tasks", { body: { title: "" }, headers }), 400);
    await user.create({ title: "Now right" }, headers);
  });

  test("the same key of another user is another key", async () => {
    const headers = keyed();
    const [one, other] = [await newUser(), await newUser()];
    const first = await one.create({ title: "Same" }, headers);
    const second = await other.create({ title: "Same" }, headers);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.headers.get("idempotency-replayed")).toBeNull();
  });

  test("twenty at once under one key make one task", async () => {
    const user = await newUser();
    const headers = keyed();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        user.call<TaskView>("POST", "/api/tasks", { body: { title: "One of twenty" }, headers }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    const fresh = made.filter(({ headers }) => headers.get("idempotency-replayed") !== "true");
    expect(fresh).toHaveLength(1);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 409);
    await entriesOf(user, { count: 1 });
    const listed = await user.call<{ tasks: TaskView[] }>("GET", "/api/tasks");
    expect(listed.body.tasks).toHaveLength(1);
  });
});
