import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ensureEnvFile, setInEnvFile } from "./env-file.ts";

const folder = mkdtempSync(join(tmpdir(), "todo-env-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const names = ["KAFKA_PASSWORD", "REDIS_PASSWORD"];

test("passwords are made once, each its own, for nobody else to read", () => {
  const file = join(folder, "made");
  expect(ensureEnvFile(file, names).made).toEqual(names);
  const passwords = parseEnv(readFileSync(file, "utf8"));
  expect(Object.keys(passwords)).toEqual(names);
  expect(new Set(Object.values(passwords)).size).toBe(2);
  for (const password of Object.values(passwords)) expect(password).toMatch(/^[\w-]{32}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(ensureEnvFile(file, names)).toEqual({ made: [] });
  expect(parseEnv(readFileSync(file, "utf8"))).toEqual(passwords);
});

test("what somebody wrote into the file stays, and only what is missing is made", () => {
  const file = join(folder, "theirs");
  writeFileSync(file, "THEIRS=1\nKAFKA_PASSWORD=chosen", { mode: 0o644 });
  expect(ensureEnvFile(file, names).made).toEqual(["REDIS_PASSWORD"]);
  expect(readFileSync(file, "utf8")).toMatch(
    /^THEIRS=1\nKAFKA_PASSWORD=chosen\nREDIS_PASSWORD=[\w-]+\n$/,
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a line is set once, and taken away, among those of others", () => {
  const file = join(folder, "set");
  setInEnvFile(file, "SERVICES", undefined);
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, "# theirs\nTHEIRS=1");
  for (let times = 0; times < 2; times++) setInEnvFile(file, "SERVICES", "external");
  expect(readFileSync(file, "utf8")).toBe("# theirs\nTHEIRS=1\nSERVICES=external\n");
  setInEnvFile(file, "SERVICES", undefined);
  expect(readFileSync(file, "utf8")).toBe("# theirs\nTHEIRS=1\n");
});
