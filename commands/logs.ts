import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { stack } from "./local/stack.ts";

const help = `npm run logs -- <name> [--follow] [--lines 50]

Shows the log of one process of the local stack, such as backend, backend-sidecar, kafka;
a service's second replica is backend-2.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    follow: { type: "boolean", short: "f", default: false },
    lines: { type: "string", short: "n", default: "50" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const folder = join(stack.folder, "logs");
const known = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(".log"))
      .map((file) => basename(file, ".log"))
  : [];
const [name] = positionals;

if (values.help) {
  console.log(help);
} else if (!name || !known.includes(name)) {
  const which = known.length ? `One of: ${known.join(", ")}` : "None yet; bring it up: npm start";
  console.error(name ? `There is no log of ${name}. ${which}` : `Which log? ${which}`);
  process.exitCode = 2;
} else {
  const follow = values.follow ? ["-F"] : [];
  const args = ["-n", values.lines, ...follow, join(folder, `${name}.log`)];
  spawn("tail", args, { stdio: "inherit" }).on("exit", (code) => {
    process.exitCode = code ?? 0;
  });
}
