import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ensureEnvFile } from "./env-file.ts";

const folder = mkdtempSync(join(tmpdir(), "todo-env-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const names = ["KAFKA_PASSWORD", "REDIS_PASSWORD"];

test("passwords are made once, each its own, for nobody else to read", () => {
  const file = join(folder, "made");
  const first = ensureEnvFile(file, names);
  expect(first.made).toEqual(names);
  expect(new Set(Object.values(first.passwords)).size).toBe(2);
  for (const password of Object.values(first.passwords)) expect(password).toMatch(/^[\w-]{32}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(ensureEnvFile(file, names)).toEqual({ made: [], passwords: first.passwords });
});

test("what somebody wrote into the file stays, and only what is missing is made", () => {
  const file = join(folder, "theirs");
  writeFileSync(file, "THEIRS=1\nKAFKA_PASSWORD=chosen", { mode: 0o644 });
  const { made, passwords } = ensureEnvFile(file, names);
  expect(made).toEqual(["REDIS_PASSWORD"]);
  expect(passwords.KAFKA_PASSWORD).toBe("chosen");
  expect(readFileSync(file, "utf8")).toMatch(
    /^THEIRS=1\nKAFKA_PASSWORD=chosen\nREDIS_PASSWORD=[\w-]+\n$/,
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
