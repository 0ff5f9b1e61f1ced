import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPrograms } from "./find.ts";
import { checkMaven } from "./maven.ts";
import { onPath } from "./on-path.ts";
import type { Setting } from "./probe.ts";

let root: string;
let setting: Setting;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "on-path-"));
  setting = { cacheRoot: join(root, "cache"), environment: { PATH: join(root, "bin") } };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Puts a program into the temporary folder that answers every call with one line. */
function program(path: string, answer: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho x >> ${root}/calls\necho '${answer}'\n`, { mode: 0o755 });
  return file;
}

test("a pulumi with its language host beside it is used, both of them", () => {
  const path = program("bin/pulumi", "v3.210.1");
  const host = program("bin/pulumi-language-nodejs", "");
  expect(onPath("pulumi", setting)).toMatchObject({ path, version: "3.210.1", from: "path" });
  expect(onPath("pulumi-language-nodejs", setting)).toMatchObject({ path: host });
});

test("a pulumi without a language host is not used, nor is a host without pulumi", () => {
  program("bin/pulumi", "v3.255.0");
  expect(onPath("pulumi", setting)).toBeUndefined();
  rmSync(join(root, "bin/pulumi"));
  program("bin/pulumi-language-nodejs", "");
  expect(onPath("pulumi-language-nodejs", setting)).toBeUndefined();
});

test.each([
  ["pulumi", "v3.150.0"],
  ["pulumi", "v4.0.0"],
  ["daprd", "1.16.5"],
  ["k6", "k6 v0.57.0"],
  ["k6", "edge"],
  ["redis-server", "Redis server v=6.0.16 sha=0"],
  ["postgres", "postgres (PostgreSQL) 17.5"],
] as const)("%s on PATH is not used when it answers %j", (name, answer) => {
  program("bin/pulumi-language-nodejs", "");
  program("bin/initdb", "");
  program(`bin/${name}`, answer);
  expect(onPath(name, setting)).toBeUndefined();
});

test("a program that fits later on PATH is used when the first does not fit", () => {
  program("bin/redis-server", "Redis server v=5.0.0");
  const path = program("newer/redis-server", "Redis server v=7.2.4");
  const environment = { PATH: `${root}/bin:${root}/newer` };
  expect(onPath("redis-server", { ...setting, environment })?.path).toBe(path);
});

test("a program is asked for its version once, until its file changes", () => {
  program("bin/k6", "k6 v1.3.0");
  expect(onPath("k6", setting)?.version).toBe("1.3.0");
  expect(onPath("k6", setting)?.version).toBe("1.3.0");
  expect(readFileSync(join(root, "calls"), "utf8")).toBe("x\n");
  program("bin/k6", "k6 v1.4.10");
  expect(onPath("k6", setting)?.version).toBe("1.4.10");
});

test("a Kafka of one's own is used by KAFKA_HOME from version 4 on", () => {
  mkdirSync(join(root, "kafka/libs"), { recursive: true });
  const environment = { KAFKA_HOME: join(root, "kafka") };
  expect(onPath("kafka", { ...setting, environment })).toBeUndefined();
  writeFileSync(join(root, "kafka/libs/kafka_2.13-4.1.0.jar"), "");
  expect(onPath("kafka", { ...setting, environment })?.version).toBe("4.1.0");
});

test("the version of Java is read from its release file, without starting it", () => {
  program("jdk/bin/java", "");
  writeFileSync(join(root, "jdk/release"), 'IMPLEMENTOR="x"\nJAVA_VERSION="21.0.2"\n');
  const environment = { JAVA_HOME: join(root, "jdk") };
  expect(onPath("java", { ...setting, environment })?.version).toBe("21.0.2");
  expect(() => readFileSync(join(root, "calls"))).toThrow();
});

test("an old JAVA_HOME gives way to a newer Java on PATH", () => {
  program("old/bin/java", 'java version "1.8.0_402"');
  const path = program("bin/java", 'openjdk version "17.0.1"');
  const environment = { ...setting.environment, JAVA_HOME: join(root, "old") };
  expect(onPath("java", { ...setting, environment })?.path).toBe(path);
});

test("without Java the message names the JDK and how to get one", async () => {
  expect(checkMaven(setting)).toMatch(/JDK, version 17 or newer.*install one.*JAVA_HOME/);
  await expect(findPrograms(["java"], setting)).rejects.toThrow(/JDK, version 17/);
});

test("what is missing is named together, with the command that makes it", async () => {
  await expect(findPrograms(["daprd", "kafka"], setting)).rejects.toThrow(
    /daprd, kafka\.\nRun `npm start`/,
  );
});
