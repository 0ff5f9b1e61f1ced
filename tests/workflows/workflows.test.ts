import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { verbs } from "#commands/pipeline/verbs.ts";
import { actionlint, workflowFiles } from "#commands/workflows-test/actionlint.ts";
import { findPrograms } from "#toolchain/find.ts";
import { eventsOf, faultsIn, jobsOf, stepsOf, writesOf } from "./rules.ts";

const clone = join(import.meta.dirname, "..", "..");
const actions = join(clone, ".github", "actions");
const files = [
  ...workflowFiles(clone),
  ...readdirSync(actions).map((name) => join(actions, name, "action.yml")),
];
const read = (file: string) => readFileSync(file, "utf8");
const workflow = (name: string) => read(join(clone, ".github", "workflows", `${name}.yml`));

const expression = (text: string) => `$\{{ ${text} }}`;

test.each(files)("%s is pinned, bounded and lets nobody write into its scripts", (file) => {
  expect(faultsIn(read(file))).toEqual([]);
});

test("each job may write no more than it must", () => {
  const rights = workflowFiles(clone).map((file) => [basename(file, ".yml"), writesOf(read(file))]);
  expect(Object.fromEntries(rights)).toEqual({
    test: { unit: [], local: [] },
    preview: { keyless: [], stack: ["id-token"], comment: ["pull-requests"] },
    up: { up: ["id-token", "packages"] },
    deploy: { trial: ["id-token", "packages"], prod: ["id-token", "packages"] },
    namespace: { up: ["id-token", "packages"], down: ["id-token"] },
    "namespace-down": { down: ["id-token"] },
    "namespace-expiry": { look: ["id-token"], down: ["id-token"] },
    drift: { stack: ["id-token"], issue: ["issues"] },
  });
});

test("one action has one version everywhere", () => {
  const used = files.flatMap((file) => [
    ...read(file).matchAll(/uses: (\S+)@([0-9a-f]{40} # \S+)/g),
  ]);
  const versions = new Map<string, Set<string>>();
  for (const [, action = "", version = ""] of used) {
    versions.set(action, (versions.get(action) ?? new Set()).add(version));
  }
  expect([...versions.keys()].sort()).toEqual([
    "actions/cache",
    "actions/checkout",
    "actions/download-artifact",
    "actions/upload-artifact",
  ]);
  for (const all of versions.values()) expect([...all]).toHaveLength(1);
});

describe("what runs the code of a pull request", () => {
  const onPullRequest = workflowFiles(clone).filter((file) =>
    eventsOf(parse(read(file))).includes("pull_request"),
  );

  test("gets secrets and an identity only when it comes from this repository", () => {
    expect(onPullRequest.map((file) => basename(file))).toEqual([
      ...["namespace.yml", "preview.yml", "test.yml"],
    ]);
    for (const file of onPullRequest) {
      for (const [name, job] of Object.entries(jobsOf(read(file)))) {
        const isTrusted = JSON.stringify(job).match(/secrets\b|"write"/) !== null;
        if (!isTrusted) continue;
        expect(job.if, `${basename(file)} ${name}`).toContain(
          "github.event.pull_request.head.repo.full_name == github.repository",
        );
      }
    }
  });

  test("does not run where the comment is written: that job checks the base out", () => {
    const { comment } = jobsOf(workflow("preview"));
    const [checkout] = comment.steps;
    expect(checkout.with.ref).toBe(expression("github.event.pull_request.base.sha"));
  });

  test("gives a fork the part without keys", () => {
    const { keyless } = jobsOf(workflow("preview"));
    expect(keyless.if).toBeUndefined();
    expect(keyless.permissions).toEqual({ contents: "read" });
    expect(JSON.stringify(keyless)).not.toContain("secrets.");
  });
});

test("prod waits for an environment, whose approval GitHub asks for", () => {
  expect(jobsOf(workflow("up")).up.environment).toBe(expression("inputs.stack"));
  expect(jobsOf(workflow("deploy")).prod.needs).toBe("trial");
});

test("packages are installed without the secrets of a job", () => {
  const [install] = stepsOf(parse(read(join(actions, "prepare", "action.yml"))));
  expect(install.run).toMatch(/^env -i /);
});

test("steps of the pipeline that are called are there, with the options they are given", () => {
  const calls = files.flatMap((file) =>
    stepsOf(parse(read(file))).flatMap(({ run = "" }) => [
      ...String(run).matchAll(/pipeline(?:\.ts| --) (\w+)((?: --[\w-]+ \S+)*)/g),
    ]),
  );
  expect(new Set(calls.map(([, verb]) => verb))).toEqual(new Set(Object.keys(verbs)));
  for (const [, verb = "", options = ""] of calls) {
    const given = [...options.matchAll(/--([\w-]+)/g)].map(([, name]) => name);
    expect(verbs[verb]?.options, verb).toEqual(expect.arrayContaining(given));
  }
});

describe("the rules", () => {
  const job = "permissions: { contents: read }, runs-on: ubuntu-24.04, timeout-minutes: 5";
  const head = "on: push\npermissions: {}\nconcurrency: { group: a }\n";
  const step = (text: string) =>
    `${head}jobs:\n  a:\n    ${job.split(", ").join("\n    ")}\n    steps:\n      - ${text}\n`;
  const sha = "a".repeat(40);

  test("pass what is right", () => {
    expect(faultsIn(step(`uses: a/b@${sha} # v1.2.3`))).toEqual([]);
    expect(faultsIn(step("uses: ./.github/actions/prepare"))).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ["a tag", step("uses: a/b@v4 # v4.0.0"), /not pinned/],
    ["a short commit", step("uses: a/b@abcdef1 # v4.0.0"), /not pinned/],
    ["a commit of no version", step(`uses: a/b@${sha}`), /its version/],
    [
      "a title in a script",
      step(`run: echo ${expression("github.event.pull_request.title")}`),
      /expression/,
    ],
    ["a checkout", step(`uses: actions/checkout@${sha} # v1.0.0`), /persist-credentials/],
    ["all rights", step("run: a").replace("permissions: {}", "permissions: write-all"), /not \{\}/],
    ["no rights of a job", step("run: a").replace(/\n {4}permissions.*/, ""), /its permissions/],
    ["no timeout", step("run: a").replace(/\n {4}timeout.*/, ""), /no timeout/],
    ["no group", step("run: a").replace(/concurrency.*\n/, ""), /no concurrency/],
    [
      "the base's rights",
      step("run: a").replace("on: push", "on: pull_request_target"),
      /rights of/,
    ],
    ["whatever is newest", step("run: a").replace("ubuntu-24.04", "ubuntu-latest"), /by itself/],
  ])("refuse %s", (_, text, fault) => {
    expect(faultsIn(text)).toEqual([expect.stringMatching(fault)]);
  });
});

describe("actionlint", async () => {
  const program = await findPrograms(["actionlint"]).then(
    (found) => found.actionlint.path,
    () => undefined,
  );
  // `npm run workflows-test` builds it where it is not.
  test.skipIf(program === undefined)("finds nothing in the workflows", () => {
    expect(actionlint(program as string, clone)).toEqual({ code: 0, output: "" });
  });

  test.skipIf(program === undefined)("would find an expression that does not exist", () => {
    const folder = mkdtempSync(join(tmpdir(), "todo-workflow-"));
    const file = join(folder, "a.yml");
    writeFileSync(file, workflow("test").replace("github.event_name", "github.event_nmae"));
    const { code, output } = actionlint(program as string, clone, [file]);
    rmSync(folder, { recursive: true });
    expect(code).toBe(1);
    expect(output).toContain("event_nmae");
  });
});
