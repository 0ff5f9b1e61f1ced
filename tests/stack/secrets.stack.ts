import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { allProcesses } from "#infra/host/provider/proc.ts";
import { bringUp, endOf, theClone } from "./clone.ts";
import { run } from "./command.ts";
import { markedProcesses } from "./processes.ts";

const { folder, stackFolder } = theClone;
const shortestSecret = 16;

test("no secret of the stack is readable in its state, logs, records or on a command line", async () => {
  await bringUp(theClone);
  const secrets = await allSecrets();
  // Two tokens and a database for each service, the users of Kafka and Redis, the administrators.
  expect(secrets.length).toBeGreaterThanOrEqual(12);
  const places = ["state", "logs", "run", "pulumi-home"].map((name) => join(stackFolder, name));
  const found = places
    .flatMap(filesBelow)
    .filter((file) => holdsAny(readFileSync(file), secrets))
    .map((file) => relative(stackFolder, file));
  expect(found).toEqual([]);
  const commandLines = allProcesses()
    .map(({ pid }) => readOrNothing(`/proc/${pid}/cmdline`))
    .filter((line) => holdsAny(line, secrets));
  expect(commandLines.map((line) => line.toString().split("\0")[0])).toEqual([]);
});

test("what holds a secret in the stack's folder can be read by its owner alone", async () => {
  await bringUp(theClone);
  const secrets = await allSecrets();
  const holding = filesBelow(stackFolder).filter((file) => holdsAny(readFileSync(file), secrets));
  expect(holding.length, "stack.json at least").toBeGreaterThan(0);
  expect(holding.filter(isOpen).map((file) => relative(stackFolder, file))).toEqual([]);
});

/** Every password and token, from the outputs, the environments and the sidecars' secret store. */
async function allSecrets(): Promise<string[]> {
  const args = ["run", "-s", "pulumi", "--", "stack", "output", "--show-secrets", "--json"];
  const ran = await run(["npm", ...args], { folder });
  expect(ran.code, endOf(ran.output)).toBe(0);
  const outputs = JSON.parse(ran.stdout) as {
    kafka: { password: string };
    postgres: { adminUrl: string };
  };
  const environments = markedProcesses(theClone).flatMap(({ pid }) =>
    readOrNothing(`/proc/${pid}/environ`).toString().split("\0"),
  );
  const named = environments
    .map((entry) => /^\w*(?:PASSWORD|TOKEN|SECRET)\w*=(.*)$/.exec(entry)?.[1] ?? "")
    .concat(
      environments.map((entry) => /^DATABASE_URL=(.*)$/.exec(entry)?.[1] ?? "").map(passwordOf),
    );
  const store = readFileSync(join(stackFolder, "dapr", "backend", "secrets.json"), "utf8");
  const { redis } = JSON.parse(store) as { redis: { password: string } };
  const all = [
    ...[outputs.kafka.password, passwordOf(outputs.postgres.adminUrl), redis.password],
    ...named,
  ];
  return [...new Set(all)].filter((secret) => secret.length >= shortestSecret);
}

const passwordOf = (url: string): string => (URL.canParse(url) ? new URL(url).password : "");

const holdsAny = (content: Buffer, secrets: readonly string[]): boolean =>
  secrets.some((secret) => content.includes(secret));

function filesBelow(top: string): string[] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Whether another user could read the file: by its own mode and that of the folders above it. */
function isOpen(file: string): boolean {
  if ((statSync(file).mode & 0o044) === 0) return false;
  for (let path = join(file, ".."); path !== stackFolder; path = join(path, "..")) {
    if ((statSync(path).mode & 0o011) === 0) return false;
  }
  return true;
}

function readOrNothing(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0); // ended in the meantime, or of another user
  }
}
