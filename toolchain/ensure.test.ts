import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Builder } from "./builders.ts";
import { ensurePrograms } from "./ensure.ts";
import { findPrograms } from "./find.ts";
import type { Setting } from "./probe.ts";
import type { ProgramName } from "./programs.ts";
import { run } from "./run.ts";

let root: string;
let setting: Setting;
let lines: string[];
let built: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ensure-"));
  // Commands of the system, and no program of the catalog: a folder of our own on PATH.
  setting = { cacheRoot: join(root, "cache"), environment: { PATH: join(root, "bin") } };
  lines = [];
  built = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A builder that writes a script instead of compiling one. */
function fake(lane: Builder["lane"], build?: Builder["build"]): Builder {
  return {
    doing: "building",
    done: "built",
    lane,
    check: () => undefined,
    build: async (job) => {
      built.push(`${job.name} begins`);
      await build?.(job);
      await sleep(10);
      mkdirSync(join(job.entry, "bin"));
      writeFileSync(join(job.entry, "bin", job.name), "#!/bin/sh\n", { mode: 0o755 });
      built.push(`${job.name} ends`);
    },
  };
}

function ensure(
  names: ProgramName[],
  changes: Partial<Record<"go" | "maven" | "npm", Builder>> = {},
) {
  const builders = {
    go: fake("processor"),
    maven: fake("network"),
    npm: fake("network"),
    ...changes,
  };
  const log = (line: string) => lines.push(line.trim().replace(/ +/g, " "));
  return ensurePrograms(names, { log, live: { write: () => {} }, setting, builders });
}

test("a missing program is made, and then found without being made", async () => {
  const { daprd } = await ensure(["daprd"]);
  expect(daprd).toMatchObject({ version: "1.16.5", from: "cache" });
  expect(lines).toEqual(["daprd 1.16.5 built in 0s"]);
  expect(await findPrograms(["daprd"], setting)).toEqual({ daprd });
  await ensure(["daprd"]);
  expect(lines[1]).toBe("daprd 1.16.5 cached");
  expect(built).toHaveLength(2);
});

test("two runs at once build once", async () => {
  await Promise.all([ensure(["daprd"]), ensure(["daprd"])]);
  expect(built).toEqual(["daprd begins", "daprd ends"]);
  expect(lines).toContain(`daprd 1.16.5 waiting for process ${process.pid}, which is making it`);
  expect(lines).toContain("daprd 1.16.5 cached, made by the other run");
});

test("Go builds run one at a time in the order given, downloads beside them", async () => {
  await ensure(["dapr-sentry", "redis-server", "dapr-scheduler"]);
  const goBuilds = built.filter((event) => event.startsWith("dapr"));
  expect(goBuilds).toEqual([
    "dapr-sentry begins",
    "dapr-sentry ends",
    "dapr-scheduler begins",
    "dapr-scheduler ends",
  ]);
  expect(built.indexOf("redis-server begins")).toBeLessThan(built.indexOf("dapr-sentry ends"));
});

test("a corrupt entry is told, removed and made anew", async () => {
  const { daprd } = await ensure(["daprd"]);
  truncateSync(daprd.path, 1);
  await expect(findPrograms(["daprd"], setting)).rejects.toThrow("damaged: bin/daprd has 1 bytes");
  await ensure(["daprd"]);
  expect(lines[1]).toMatch(/its cache entry is damaged .*: making it anew/);
  await expect(findPrograms(["daprd"], setting)).resolves.toBeDefined();
});

test("a failed build shows the end of its output, the log and the remedy, and leaves nothing", async () => {
  const script = "seq 1 30; echo 'write /x: no space left on device'; exit 3";
  const go = fake("processor", (job) =>
    run("sh", ["-c", script], { ...job, folder: root, environment: process.env }),
  );
  const message = await ensure(["daprd"], { go }).catch((error: Error) => error.message);
  expect(message).toMatch(/^daprd 1\.16\.5: sh ended with code 3/);
  expect(message).toMatch(
    /\n {4}12\n[\s\S]*no space left[\s\S]*Full log: .*daprd.*\.log\n.*free about 4 GB/,
  );
  expect(message).not.toContain("    11\n");
  expect(readdirSync(join(setting.cacheRoot, "temporary"))).toEqual([]);
});

test("an interrupted build ends its processes and leaves no temporary folder", async () => {
  const ended = new Promise<void>((settle) => process.once("SIGTERM", () => settle()));
  const started = join(root, "started");
  const go = fake("processor", (job) =>
    run("sh", ["-c", `touch ${started}; sleep 60`], {
      ...job,
      folder: root,
      environment: process.env,
    }),
  );
  const building = ensure(["daprd"], { go });
  const failing = expect(building).rejects.toThrow("stopped by SIGTERM");
  while (!existsSync(started)) await sleep(5);
  // Someone else listens too, so this process lives on.
  const keep = () => {};
  process.on("SIGTERM", keep);
  process.kill(process.pid, "SIGTERM");
  await Promise.all([failing, ended]);
  process.off("SIGTERM", keep);
  expect(readdirSync(join(setting.cacheRoot, "temporary"))).toEqual([]);
});

test("what the machine lacks is told before anything is built", async () => {
  const maven = { ...fake("network"), check: () => "no Maven on PATH: install it." };
  await expect(ensure(["daprd", "redis-server"], { maven })).rejects.toThrow("no Maven on PATH");
  expect(built).toEqual([]);
});

test("Kafka without Java is refused with the remedy, even when Kafka is cached", async () => {
  await expect(ensure(["daprd", "kafka"])).rejects.toThrow(/JDK, version 17[\s\S]*JAVA_HOME/);
  expect(built).toEqual([]);
});
