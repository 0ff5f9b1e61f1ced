import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDescendants } from "#infra/host/provider/proc.ts";
import { cacheRoot } from "#toolchain/cache-root.ts";
import { createClone, createdAndListed, expectDone, linkOrCopy, outputsOf } from "./clone.ts";

const clone = createClone(26_500);
const scratch = mkdtempSync(join(tmpdir(), "todo-evolution-scratch-"));
afterAll(() => {
  clone.remove();
  rmSync(scratch, { recursive: true, force: true });
});

describe("a wrong configuration ends the run before any resource and says what to do", () => {
  // Makes the stack, of which each preview is one of several at once.
  beforeAll(() => {
    expect(clone.npm(["pulumi", "--", "stack", "ls"]).code).toBe(0);
  });

  test.concurrent.each([
    ["portbase", "19000", "Unknown configuration key portbase", "config rm portbase"],
    ["portBase", "many", 'portBase is "many"', "config set portBase"],
    ["portBase", "80", 'portBase is "80"', "config set portBase"],
    ["watch", "perhaps", 'watch is "perhaps"', "config set watch"],
    ["portBase", "40000", 'portBase is "40000"', "config set portBase"],
    ["logLevel", "loud", 'logLevel is "loud"', "config set logLevel"],
    ["target", "moon", 'target is "moon"', "config set target"],
  ])("%s: %s", async (key, value, fault, remedy) => {
    const own = readFileSync(join(clone.folder, "Pulumi.local.yaml"), "utf8");
    const line = `  todo-evolution:${key}: ${value}\n`;
    const others = own.replace(new RegExp(`^ +todo-evolution:${key}:.*\n`, "m"), "");
    const file = join(scratch, `Pulumi.${key}-${value}.yaml`);
    writeFileSync(file, others.replace("config:\n", `config:\n${line}`));
    const preview = await clone.npmBeside(["pulumi", "--", "preview", "--config-file", file]);
    expect(preview.code).not.toBe(0);
    expect(preview.output).toContain(fault);
    expect(preview.output).toContain(remedy);
    expect(preview.output).not.toContain("host:index:");
  });
});

test("a port in use is named with its owner and the setting; when it is free, start goes on", async () => {
  const port = clone.portBase + 12;
  const owner = createServer().listen(port, "127.0.0.1");
  await once(owner, "listening");
  const refused = clone.npm(["start"]);
  await new Promise((resolve) => owner.close(resolve));
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(`Port ${port} (kafka) is taken by pid ${process.pid}`);
  expect(refused.output).toContain("config set portBase");
  const next = clone.npm(["start"]);
  expectDone(next);
  await createdAndListed(outputsOf(clone).baseUrl);
});

describe("a running stack", () => {
  beforeAll(() => {
    expect(clone.npm(["start"]).code).toBe(0);
  });

  test("is left to the command that works on it, and then goes on", async () => {
    const locks = join(
      clone.folder,
      ".local/state/.pulumi/locks/organization/todo-evolution/local",
    );
    const lock = join(locks, "of-a-test.json");
    // What has the name of an engine, and lives.
    symlinkSync("/bin/sleep", join(scratch, "pulumi"));
    const engine = spawn(join(scratch, "pulumi"), ["300"]);
    try {
      const about = { pid: engine.pid, username: "somebody", hostname: hostname() };
      mkdirSync(locks, { recursive: true });
      writeFileSync(lock, JSON.stringify({ ...about, timestamp: "2026-01-31T09:00:00Z" }));
      for (const command of ["start", "down"]) {
        const refused = clone.npm([command]);
        expect(refused.code).toBe(1);
        expect(refused.output).toMatch(
          `another command works on the stack of this clone (pid ${engine.pid}, since 2026-01-31`,
        );
      }
    } finally {
      engine.kill();
      await once(engine, "exit");
    }
    // Its holder is gone: what a kill leaves behind.
    const next = clone.npm(["start"]);
    expectDone(next);
    expect(existsSync(lock)).toBe(false);
  });

  test("listens on 127.0.0.1 only", () => {
    const pids = withDescendants(clone.processes().map(({ pid }) => pid)).map(({ pid }) => pid);
    const own = new Set(pids.flatMap(socketsOf));
    const addresses = ["tcp", "tcp6", "udp", "udp6"].flatMap(listeningSockets);
    const ours = addresses.filter(({ inode }) => own.has(inode)).map(({ address }) => address);
    expect(ours.length).toBeGreaterThan(15);
    expect(new Set(ours)).toEqual(new Set(["127.0.0.1", "::ffff:127.0.0.1"]));
  });

  test("keeps no secret in clear in its state, logs, records or command lines", () => {
    const pids = clone.processes().map(({ pid }) => pid);
    const secrets = new Set(pids.flatMap(secretsOf));
    expect(secrets.size).toBeGreaterThan(8);
    const places = ["state", "logs", "run"].flatMap((name) =>
      filesBelow(join(clone.folder, ".local", name)),
    );
    const texts = [
      ...places.map((file) => [file, readFileSync(file, "latin1")]),
      ...pids.map((pid) => [`the command line of ${pid}`, textOf(pid, "cmdline")]),
    ];
    for (const [place = "", text = ""] of texts) {
      for (const secret of secrets) expect(text.includes(secret), place).toBe(false);
    }
  });

  test("is the one that plain pulumi sees with the environment for a shell", () => {
    const script = 'eval "$(npm run -s env)" && pulumi stack ls && pulumi preview';
    const shell = spawnSync("bash", ["-c", script], { cwd: clone.folder, encoding: "utf8" });
    expect(shell.status, shell.stderr).toBe(0);
    expect(shell.stdout).toContain("local*");
    expect(shell.stdout).toMatch(/^Resources:\n {4}\d+ unchanged\n*$/m);
  });

  test("names its logs when asked for one that is not there", () => {
    const logs = clone.npm(["logs", "--", "nonsense"]);
    expect(logs.code).toBe(2);
    expect(logs.output).toContain("backend-sidecar");
    expect(clone.npm(["logs", "--", "backend"]).output).toContain("listening");
  });
});

describe("the toolchain", () => {
  test("without a JDK says so, and how to get one", () => {
    const bin = mkdtempSync(join(scratch, "bin-"));
    for (const program of ["node", "npm", "go", "git", "sh", "env"]) {
      const { stdout } = spawnSync("which", [program], { encoding: "utf8" });
      symlinkSync(stdout.trim(), join(bin, program));
    }
    const { JAVA_HOME: _, ...env } = process.env;
    const start = clone.npm(["start"], { ...env, PATH: bin });
    expect(start.code).toBe(1);
    expect(start.output).toContain("need a JDK, version 17 or newer");
    expect(start.output).not.toContain("    at ");
  });

  test("makes a corrupt entry of its cache again, and says so", () => {
    const cache = join(scratch, "cache");
    linkOrCopy(cacheRoot(), cache);
    const entry = readdirSync(cache).find((name) => name.startsWith("redis-server-")) ?? "";
    const program = join(cache, entry, "bin", "redis-server");
    // The copy is of links: the file is replaced, for a change would also be one of the original.
    rmSync(program);
    writeFileSync(program, "not a program");
    const env = { ...process.env, TODO_EVOLUTION_CACHE: cache };
    const ls = clone.npm(["pulumi", "--", "stack", "ls"], env);
    expectDone(ls);
    expect(ls.output).toMatch(/redis-server.*(corrupt|damaged)/);
    expect(statSync(program).size).toBeGreaterThan(100_000);
  });
});

type Listener = { readonly address: string; readonly inode: string };

function listeningSockets(table: string): Listener[] {
  const lines = readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const listens = table.startsWith("udp") || state === "0A";
    return listens ? [{ address: addressOf(local.split(":")[0] ?? ""), inode }] : [];
  });
}

/** An address of /proc/net: words of four bytes, each in the order of the machine. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  return mapped ? `::ffff:${bytes.slice(12).join(".")}` : hex;
}

const socketsOf = (pid: number): string[] =>
  orNothing(() => readdirSync(`/proc/${pid}/fd`)).flatMap((descriptor) =>
    orNothing(() => {
      const link = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      return /^socket:\[(\d+)\]$/.exec(link)?.slice(1) ?? [];
    }),
  );

/** What is read of a process, or of a descriptor, which may be gone meanwhile. */
function orNothing(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

const textOf = (pid: number, file: "cmdline" | "environ"): string =>
  orNothing(() => [readFileSync(`/proc/${pid}/${file}`, "latin1")]).join();

const secretsOf = (pid: number): string[] =>
  textOf(pid, "environ")
    .split("\0")
    .flatMap((entry) => {
      const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
      if (name === "DATABASE_URL") return new URL(value).password;
      return /PASSWORD|TOKEN|SECRET/.test(name) && value.length > 15 ? value : [];
    });

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
