import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { changesOf, verbs } from "./changes.ts";
import type { ContractChanges } from "./contract-changes.ts";
import { type Preview, readPreview, reducedForm } from "./preview.ts";
import { reduced } from "./reduce.ts";
import { refusalsOf, type SummaryArgs, summaryOf } from "./summary.ts";

const clone = join(import.meta.dirname, "..", "..");
const recorded = join(clone, "tests", "previews", "recorded");

/** What the engine wrote of four changes: `node tests/previews/main.ts` records them anew. */
const textOf = (name: string) => readFileSync(join(recorded, `${name}.jsonl`), "utf8");
const argsOf = (name: string): SummaryArgs => ({
  previews: [readPreview("dev", textOf(name))],
  contracts: JSON.parse(
    readFileSync(join(recorded, `${name}.contracts.json`), "utf8"),
  ) as ContractChanges,
  commit: "0123456789abcdef",
});
const countsOf = (name: string) => {
  const changes = changesOf(argsOf(name).previews[0] as SummaryArgs["previews"][number]);
  return Object.fromEntries(
    verbs.map((verb) => [verb, changes.filter((it) => it.verb === verb).length]),
  );
};
const cases = ["nothing", "new-service", "replaces-and-deletes", "shrinks"];

describe.each(cases)("the recorded preview %s", (name) => {
  test("is summed up as its page in docs shows (else: vitest -u)", async () => {
    await expect(summaryOf(argsOf(name))).toMatchFileSnapshot(
      join(clone, "docs", "previews", `${name}.md`),
    );
  });

  test("gives nothing away that it has in clear", () => {
    // The account of the mail server was set without --secret, so that the engine tells it.
    expect(textOf(name)).toContain("canary-of-the-");
    expect(summaryOf(argsOf(name))).not.toMatch(/canary/);
  });

  test("says the same when it was reduced for another job, which then has no value of anything", () => {
    const { previews, ...rest } = argsOf(name);
    const text = JSON.stringify({
      form: reducedForm,
      preview: reduced(previews[0] as Preview, []),
    });
    expect(text).not.toMatch(/canary|example\.com/);
    expect(summaryOf({ ...rest, previews: [readPreview("dev", text)] })).toBe(
      summaryOf(argsOf(name)),
    );
  });
});

test("nothing changes: no box, no entry, no reason to refuse", () => {
  const text = summaryOf(argsOf("nothing"));
  expect(countsOf("nothing")).toEqual({ create: 0, update: 0, replace: 0, delete: 0 });
  expect(text).toContain("Nothing changes.");
  expect(text).toContain("✅ passed");
  expect(text).toContain("✅ Compatible");
  expect(text).not.toContain("[!CAUTION]");
  expect(refusalsOf(argsOf("nothing"))).toEqual([]);
});

test("a new service: its topic, access and Deployment are there, and nothing is at risk", () => {
  const text = summaryOf(argsOf("new-service"));
  expect(countsOf("new-service")).toMatchObject({ replace: 0, delete: 0 });
  expect(text).toContain("- KafkaTopic: `topic-comments`, `topic-comments.comments.dlq`");
  expect(text).toContain("- Deployment: `comments`");
  expect(text).toContain("New: `topic comments`, `service comments`.");
  expect(text).not.toContain("[!CAUTION]");
  expect(refusalsOf(argsOf("new-service"))).toEqual([]);
});

test("data that goes is said first, then what the policies refuse", () => {
  const text = summaryOf(argsOf("replaces-and-deletes"));
  for (const one of ["Cluster `postgres`", "Database `postgres-todo`", "StatefulSet `redis`"]) {
    expect(text).toContain(`> - **Data**: ${one} is deleted.`);
  }
  expect(text.indexOf("**Data**")).toBeLessThan(text.indexOf("| stack |"));
  expect(text).toContain("**Policies refuse** `dev`: 1 violation.");
  expect(text).toMatch(/❌ `images-are-pinned` \| .*openzipkin\/zipkin:latest/);
  // What forces a replacement is bold.
  expect(text).toMatch(/Job `audit-migrations`: \*\*`spec\.template/);
  expect(refusalsOf(argsOf("replaces-and-deletes"))).toEqual(["dev: policy images-are-pinned"]);
});

test("fewer partitions, a shorter retention and a lost field are said first", () => {
  const text = summaryOf(argsOf("shrinks"));
  const loud = text.slice(0, text.indexOf("| stack |"));
  expect(loud).toContain("**Partitions shrink**: KafkaTopic `topic-task-events` goes from 3 to 1");
  expect(loud).toContain("**Retention shrinks**: KafkaTopic `topic-task-events` goes from 7 days");
  expect(loud).toContain("**Events break**: task-events.v1.json: version: removed");
  // The size that this stack does not have is told by the contracts.
  expect(loud).toContain("task-events: partitions (prod) from 12 to 6");
  expect(refusalsOf(argsOf("shrinks"))).toHaveLength(1);
});

test("the four together, and a hundred times over, stay within a comment", () => {
  const previews = cases.map((name) => readPreview(name, textOf(name)));
  const contracts = argsOf("shrinks").contracts;
  const all = summaryOf({ previews, contracts });
  expect(Buffer.byteLength(all)).toBeLessThanOrEqual(65_536);
  for (const name of cases) expect(all).toContain(`### \`${name}\``);
  expect(all).toContain("`replaces-and-deletes`: **Data**");
  const many = Array.from({ length: 100 }, () => previews).flat();
  const details = "https://example.com/run/1";
  const text = summaryOf({ previews: many, contracts, details });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
  expect(text).toContain("**Read this before you merge.**");
  expect(text.split("<details>").length).toBe(text.split("</details>").length);
  expect(text.trimEnd().endsWith(`[The whole is here](${details})._`)).toBe(true);
});

test("a secret in the words of a policy or a program is taken out", () => {
  const secret = "canary_in*a_message";
  const lines = textOf("nothing").trimEnd().split("\n");
  const said = [
    { diagnosticEvent: { severity: "error", message: `error: login as todo:${secret} failed` } },
    { policyEvent: { policyName: "x", enforcementLevel: "mandatory", message: `says ${secret}` } },
    { diagnosticEvent: { severity: "error", message: "postgres://todo:hunter2hunter2@db/todo" } },
    { diagnosticEvent: { severity: "error", message: "password=correct-horse-battery" } },
  ].map((event) => JSON.stringify({ timestamp: 0, ...event }));
  const previews = [readPreview("dev", [...lines, ...said].join("\n"))];
  const text = summaryOf({ previews, secrets: [secret] });
  expect(text).not.toMatch(/canary|hunter2|correct-horse/);
  expect(text).toContain("login as todo:");
  expect(text.split("redacted").length).toBe(5);
});
