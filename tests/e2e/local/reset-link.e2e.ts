import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Topic, topics } from "#apps/contracts/topics.ts";
import { signUp } from "../../account.ts";
import { baseUrl, call, newUser } from "../client.ts";
import { mailUrl, resetTokenFor } from "../mail.ts";
import { requireStack } from "../stack.ts";
import { arrivalMs } from "../wait.ts";
import { readTopic, type TopicReader } from "./kafka.ts";

const stack = requireStack();
const names = Object.keys(topics) as Topic[];
let readers: TopicReader[] = [];
let traceparent = "";
let token = "";
const email = `e2e-${randomUUID()}@todo.example`;

beforeAll(async () => {
  if (!mailUrl) return;
  readers = await Promise.all(names.map((name) => readTopic(stack, name)));
  await signUp(baseUrl, { email });
  const asked = await call("POST", "/api/auth/request-password-reset", { body: { email } });
  traceparent = asked.headers.get("traceparent") ?? "";
  token = await resetTokenFor(email);
  expect(token.length).toBeGreaterThan(20);
});
afterAll(async () => {
  for (const reader of readers) await reader.close();
});

describe.skipIf(!mailUrl)("the link to a new password", () => {
  // Before it is used, as what is used is gone.
  test("is in no table of any service: not in the outbox, a mail that waits, or the activity", async () => {
    const sql = postgres(stack.postgres.adminUrl, { database: "todo", max: 1, onnotice: () => {} });
    const tables = await sql`
      select table_schema, table_name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    expect(tables.map(({ table_name }) => table_name)).toEqual(
      expect.arrayContaining(["outbox", "verifications", "mails"]),
    );
    const holding = async (text: string): Promise<string[]> => {
      const found = [];
      for (const { table_schema, table_name } of tables) {
        const [row] = await sql`
          select 1 from ${sql(table_schema)}.${sql(table_name)} as held
          where held::text like ${`%${text}%`} limit 1`;
        if (row) found.push(`${table_schema}.${table_name}`);
      }
      return found;
    };
    // The address, to show that what is there is found.
    expect(await holding(email)).toEqual(["backend.accounts"]);
    expect(await holding(token)).toEqual([]);
    await sql.end();
  });

  test("is in no record of Kafka, no trace and no log, before and after it was used", async () => {
    expect((await fetch(new URL(`/reset-password?token=${token}`, baseUrl))).status).toBe(200);
    for (const status of [200, 400]) {
      const body = { token, password: "a better one by far" };
      expect((await call("POST", "/api/auth/reset-password", { body })).status).toBe(status);
    }
    // What was told before this task has come when it has.
    const { body: task } = await (await newUser()).create({ title: "After the link" });
    const last = readers[names.indexOf("task-events")];
    expect(await last?.recordsOf(task.id, 1, arrivalMs)).toHaveLength(1);
    for (const reader of readers) {
      expect(await reader.find(({ text }) => text.includes(token), 0, 0)).toEqual([]);
    }
    if (stack.zipkin) {
      const traceId = traceparent.split("-")[1];
      const trace = async () =>
        (await fetch(new URL(`/api/v2/trace/${traceId}`, stack.zipkin))).text();
      // The sidecar that was handed the mail sends what it has every five seconds.
      await expect.poll(trace, { timeout: 15_000 }).toContain("dapr-diagnostics");
      expect(await trace()).not.toContain(token);
    }
    const folder = join(stack.stackFolder, "logs");
    for (const name of readdirSync(folder)) {
      const lines = readFileSync(join(folder, name), "utf8").split("\n");
      expect(
        lines.filter((line) => line.includes(token)),
        name,
      ).toEqual([]);
    }
  });
});
