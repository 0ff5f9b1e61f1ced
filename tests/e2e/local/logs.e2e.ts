import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { baseUrl, call, newUser } from "../client.ts";
import { open } from "../socket.ts";
import { requireStack } from "../stack.ts";
import { entriesOf } from "../wait.ts";

const logs = join(requireStack().stackFolder, "logs");
const mark = `canary${randomBytes(8).toString("hex")}`;

describe("the logs of everything", () => {
  test("hold nothing that a user wrote, no token and no secret of the stack", async () => {
    const user = await newUser(`${mark}-user`);
    const text = (what: string) => `${mark}-${what}`;
    const { body } = await user.create(
      { title: text("title"), description: text("description"), tags: [text("tag")] },
      { "idempotency-key": text("key") },
    );
    const path = `/api/tasks/${body.id}`;
    // What fails is what is logged: each way in which a request can be refused, with marks in it.
    await user.call("PATCH", path, {
      body: { title: text("stale") },
      headers: { "if-match": '"99"' },
    });
    await user.call("POST", "/api/tasks", { body: { title: text("unknown"), [mark]: mark } });
    await user.call("POST", "/api/tasks", { body: `{"title":"${text("no json")}` });
    await user.call("POST", "/api/tasks", { body: { title: mark.repeat(100_000) } });
    await user.call("GET", `/api/tasks?cursor=${text("cursor")}`);
    await call("GET", "/api/tasks", { headers: { authorization: `Bearer ${text("token")}` } });
    // What a client says is a user's too.
    const client = open({ headers: { authorization: `Bearer ${user.token}` } });
    await client.first("ready");
    client.socket.send(text("message"));
    await client.closed;
    const forged = { authorization: `Bearer ${text("token")}` };
    expect(await open({ headers: forged }).refused).toBe(401);
    const { origin } = new URL(baseUrl);
    const cookie = `todo-session=${text("session")}.${text("signature")}`;
    expect(await open({ headers: { cookie, origin } }).refused).toBe(401);
    const login = { email: `${mark}@todo.example`, password: text("password") };
    await call("POST", "/api/auth/sign-up/email", { body: { name: text("name"), ...login } });
    await call("POST", "/api/auth/sign-in/email", { body: { ...login, password: text("wrong") } });
    await user.call("DELETE", path);
    await entriesOf(user, { taskId: body.id, count: 2 });
    await sleep(500);

    for (const { name, content } of read()) {
      expect(occurrence(content, mark), `${name} holds what a user wrote`).toBeUndefined();
      expect(occurrence(content, user.token), `${name} holds a token`).toBeUndefined();
    }
  });

  test("have no password that the stack made", () => {
    const { kafka, postgres } = requireStack();
    const secrets = [kafka.password, decodeURIComponent(new URL(postgres.adminUrl).password)];
    for (const { name, content } of read()) {
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(8);
        expect(occurrence(content, secret), `${name} holds a password`).toBeUndefined();
      }
    }
  });
});

// By the clean-up of names, once an hour, Dapr takes away the names of all sidecars that run, and
// each ends when it finds that out: https://github.com/dapr/dapr/issues/8507.
test("no sidecar cleans up the names of sidecars", () => {
  const sidecars = read().filter(({ name }) => name.endsWith("-sidecar.log"));
  expect(sidecars.length).toBeGreaterThan(5);
  for (const { name, content } of sidecars) {
    const lines = content.split("\n").filter((line) => line.includes("(sqlite/v1)"));
    const begun = lines.findLastIndex((line) => line.includes("Configuring SQLite"));
    expect(begun, `${name} tells where names are`).toBeGreaterThanOrEqual(0);
    expect(occurrence(lines.slice(begun).join("\n"), "clean up"), name).toBeUndefined();
  }
});

const read = () => {
  const names = readdirSync(logs);
  expect(names.length).toBeGreaterThan(5);
  return names.map((name) => ({ name, content: readFileSync(join(logs, name), "utf8") }));
};

/** The line in which a text stands, to be shown. */
const occurrence = (content: string, text: string): string | undefined =>
  content.split("\n").find((line) => line.includes(text));
