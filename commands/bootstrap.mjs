// The first thing that every npm script runs: `node commands/bootstrap.mjs <command> [args…]`.
// It may meet an old Node and an empty clone, so it uses built-ins only and no types. It checks
// the machine, installs what package-lock.json names, and hands over to the pinned Node.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
// As a whole: an old Node lacks some of its names, and should get to the message about itself.
import fs from "node:fs";
import { homedir, constants as system } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const clone = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(clone, "node_modules");
const caches = join(modules, ".cache");
const stampFile = join(modules, ".todo-evolution-stamp");
const [oldestNode, pinnedNode] = [20, 24];
const [coldDiskBytes, againDiskBytes] = [4 * 1024 ** 3, 1024 ** 3];

/** Checks what changed since the last time, and what hangs on it. */
const typesOf = (project, known) => [
  ...[join(modules, "typescript/bin/tsc"), "--noEmit", "-p", project],
  ...["--incremental", "--tsBuildInfoFile", join(caches, `${known}.tsbuildinfo`)],
];

/** Commands that are not a file of this folder: the steps of each, in order. */
const commands = {
  e2e: (args) => [{ argv: [join(clone, "tests/e2e/main.ts"), ...args] }],
  cluster: (args) => [{ argv: [join(clone, "tests/cluster/main.ts"), ...args] }],
  "engine-test": (args) => [{ argv: [join(clone, "tests/engine/main.ts"), ...args] }],
  "e2e:cluster": (args) => [{ argv: [join(clone, "tests/kubernetes/main.ts"), ...args] }],
  "alerts-test": (args) => [
    { argv: [join(clone, "components/observability/testing/promtool.ts"), ...args] },
  ],
  "manifests-test": (args) => [{ argv: [join(clone, "tests/manifests/main.ts"), ...args] }],
  "stack-test": (args) => [{ argv: [join(clone, "tests/local/main.ts"), ...args] }],
  release: (args) => [
    { argv: [join(clone, "apps/contracts/release.ts"), ...args] },
    { argv: [join(clone, "commands/pictures.ts")] },
  ],
  faults: (args) => [{ argv: [join(clone, "tests/faults/main.ts"), ...args] }],
  fuzz: (args) => [{ argv: [join(clone, "tests/fuzz/main.ts"), ...args] }],
  bench: (args) => [{ argv: [join(clone, "tests/bench/main.ts"), ...args] }],
  test: (args) => [
    { name: "types", argv: typesOf(".", "types") },
    // With what a browser has, and without what Node has.
    { name: "types of the page", argv: typesOf("apps/web/page", "types-of-page") },
    { name: "lint", argv: [join(modules, "@biomejs/biome/bin/biome"), "check", "."] },
    { name: "unit tests", argv: [join(modules, "vitest/vitest.mjs"), "run", ...args] },
  ],
};

/** A failure that the person at the keyboard can mend: printed without a stack. */
class Refusal extends Error {}

async function main() {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined || command === "--help" || command === "-h") {
    console.log(usage());
    return 0;
  }
  const steps = stepsOf(command, args);
  checkMachine();
  await install();
  const node = pinnedNodePath();
  for (const { name, argv } of steps) {
    const since = Date.now();
    const code = await handOver(node, argv);
    if (name !== undefined) {
      console.log(`${name}: ${code === 0 ? "passed" : "FAILED"} in ${seconds(since)}`);
    }
    if (code !== 0) return code;
  }
  return 0;
}

function usage() {
  return `Usage: node commands/bootstrap.mjs <command> [args…]

Installs the packages of package-lock.json when needed and runs the command on Node ${pinnedNode}.
Commands: ${knownCommands().join(", ")}`;
}

function stepsOf(command, args) {
  if (Object.hasOwn(commands, command)) return commands[command](args);
  if (!knownCommands().includes(command)) {
    throw new Refusal(`no such command: ${command}.\nKnown: ${knownCommands().join(", ")}`);
  }
  return [{ argv: [join(clone, "commands", `${command}.ts`), ...args] }];
}

function knownCommands() {
  const files = fs
    .readdirSync(join(clone, "commands"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length));
  return [...files, ...Object.keys(commands)].sort();
}

function checkMachine() {
  const platform = `${process.platform}-${process.arch}`;
  if (!["linux-x64", "linux-arm64"].includes(platform)) {
    throw new Refusal(
      `this runs on Linux, x64 or arm64; this machine is ${platform}.\n` +
        "On macOS or Windows use a Linux virtual machine, a container or WSL 2.",
    );
  }
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new Refusal(
      `Node ${process.versions.node} is too old: install Node ${oldestNode} or newer (24 is best).`,
    );
  }
  try {
    fs.accessSync(clone, fs.constants.W_OK);
  } catch {
    throw new Refusal(
      `${clone} is not writable by this user: clone the repository into a folder of yours.`,
    );
  }
}

/** Installs when the packages are not those of the lock file; two at once install once. */
async function install() {
  if (isInstalled()) return;
  checkDisk();
  const lock = await takeLock(join(clone, ".local", "install-lock"));
  try {
    if (isInstalled()) return; // by the one we waited for
    fs.rmSync(stampFile, { force: true }); // an interruption from here on is seen next time
    await runNpm(lock);
    pinnedNodePath();
    fs.writeFileSync(stampFile, stamp());
  } finally {
    lock.release();
  }
}

function isInstalled() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === stamp();
}

/** What the packages depend on: the lock, the parts of package.json npm reads, the platform. */
function stamp() {
  const manifest = JSON.parse(fs.readFileSync(join(clone, "package.json"), "utf8"));
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = manifest;
  const parts = [dependencies, devDependencies, optionalDependencies, overrides, allowScripts];
  return createHash("sha256")
    .update(fs.readFileSync(join(clone, "package-lock.json")))
    .update(JSON.stringify([parts, process.platform, process.arch]))
    .digest("hex");
}

function checkDisk() {
  const needed = fs.existsSync(modules) ? againDiskBytes : coldDiskBytes;
  const folders = [clone, process.env.TODO_EVOLUTION_CACHE || homedir()].filter(fs.existsSync);
  for (const folder of folders) {
    const { bavail, bsize } = fs.statfsSync(folder);
    const free = bavail * bsize;
    if (free >= needed) continue;
    throw new Refusal(
      `${(free / 1024 ** 3).toFixed(1)} GB are free on the disk of ${folder}, and packages, programs ` +
        `and Go's caches take about ${needed / 1024 ** 3} GB: free some, or use another disk.`,
    );
  }
}

async function runNpm(lock) {
  const since = Date.now();
  const isLive = process.stderr.isTTY;
  const tell = () => process.stderr.write(`\r  packages   installing ${seconds(since)}`);
  if (!isLive) console.log("  packages   installing (npm ci)");
  const timer = isLive ? setInterval(tell, 1_000) : undefined;
  let output = "";
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: clone,
    stdio: ["ignore", "pipe", "pipe"],
  });
  lock.add(npm.pid); // if this process is killed, the next waits until its npm has ended
  for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (text) => (output += text));
  const code = await ended(npm);
  clearInterval(timer);
  if (isLive) process.stderr.write("\r\u001b[K");
  if (code === 0) return console.log(`  packages   installed in ${seconds(since)}`);
  throw new Refusal(
    `npm ci failed after ${seconds(since)}:\n${output.split("\n").slice(0, 20).join("\n")}\n` +
      "Check that the npm registry can be reached (`npm ping`) and run it again.",
  );
}

/** The real path of the Node that package.json pins, once it has shown that it runs here. */
function pinnedNodePath() {
  const link = join(modules, ".bin", "node");
  const path = fs.existsSync(link) ? fs.realpathSync(link) : undefined;
  // Asking it takes 50 ms: only until the stamp says that it has answered once.
  if (path !== undefined && fs.existsSync(stampFile)) return path;
  const answer = path && spawnSync(path, ["--version"], { encoding: "utf8" });
  if (answer?.stdout?.startsWith(`v${pinnedNode}.`)) return path;
  const why = answer ? answer.error?.message || answer.stderr : "it is absent";
  throw new Refusal(
    `the pinned Node ${pinnedNode} in node_modules does not run: ${why.trim()}\n` +
      "Its package fetches it in an install script: allow those (`npm config get ignore-scripts` " +
      "should say false), then run it again.",
  );
}

/** Runs a script on the pinned Node, passing signals on; resolves with its exit code. */
function handOver(node, argv) {
  const env = {
    // What Node has compiled: half of the time of a short command.
    NODE_COMPILE_CACHE: join(caches, "node"),
    ...process.env,
    PATH: [join(modules, ".bin"), process.env.PATH].join(delimiter),
  };
  return ended(spawn(node, argv, { cwd: clone, stdio: "inherit", env }));
}

async function ended(child) {
  // A terminal sends SIGINT to the child as well, which then gets it once, from the terminal.
  const pass = (signal) => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((settle, fail) => {
      child.once("error", fail);
      child.once("close", (code, signal) => settle(code ?? 128 + system.signals[signal]));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

/** Like toolchain/lock.ts, which needs a newer Node: a file per process, the earlier one holds. */
async function takeLock(folder) {
  const own = new Set();
  const add = (pid) => {
    const name = `${pid}-${startTicks(pid)}`;
    own.add(name);
    fs.writeFileSync(join(folder, name), "");
  };
  const release = () => {
    const done = fs.readdirSync(folder).filter((name) => own.has(name) || !isAlive(name));
    for (const name of done) fs.rmSync(join(folder, name), { force: true });
  };
  const others = () => fs.readdirSync(folder).filter((name) => !own.has(name) && isAlive(name));
  fs.mkdirSync(folder, { recursive: true });
  for (let waits = 0; ; waits++) {
    const [holder] = others();
    if (holder === undefined) {
      add(process.pid);
      if (others().length === 0) return { add, release };
      release();
    } else if (waits === 0) {
      console.log(`  packages   waiting for process ${Number.parseInt(holder, 10)}`);
    }
    await sleep(100 + Math.random() * 200);
  }
}

function isAlive(name) {
  return startTicks(name.split("-")[0]) === name.split("-")[1];
}

/** Tells two processes with the same pid apart. The command's name may hold blanks: skip it. */
function startTicks(pid) {
  if (!fs.existsSync(`/proc/${pid}/stat`)) return undefined;
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1_000)}s`;
}

process.exitCode = await main().catch((error) => {
  console.error(error instanceof Refusal ? error.message : error);
  return 1;
});
