import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Recorded } from "#components/recording.ts";
import { digestOf } from "./compare-stacks/digest.ts";
import { archiveOf } from "./preview-summary/contracts-at.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run compare-stacks -- --base main --out DIR

A preview without keys: what the program registers for each stack that has a file here, against what it
registers at another commit. Asks no cluster and no state, so what is a replacement is told as an
update, and what somebody changed by hand is not seen. Writes DIR/<stack>.json, which
\`npm run preview-summary -- --folder DIR\` reads.

  --base   a commit, branch or tag
  --out    folder for the results
  --help   print this`;

const clone = join(import.meta.dirname, "..");

await run(async () => {
  const { values } = parseArgs({
    options: {
      base: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { base, out } = values;
  if (base === undefined) throw new Refusal("--base is missing: name a commit or branch.");
  if (out === undefined) throw new Refusal("--out is missing: name a folder for the results.");
  const local = join(clone, ".local");
  mkdirSync(local, { recursive: true });
  // Inside the clone, where the program of the other commit finds its packages.
  const folder = mkdtempSync(join(local, "base-"));
  try {
    const [there, here] = [join(folder, "base"), join(folder, "here")];
    unpack(there, archiveOf(clone, base, ["."]));
    unpack(here, archiveOfFiles());
    const [before, after] = [there, here].map(recorded) as [Stacks, Stacks];
    mkdirSync(out, { recursive: true });
    for (const stack of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const digest = digestOf(before[stack] ?? [], after[stack] ?? []);
      writeFileSync(join(out, `${stack}.json`), JSON.stringify(digest));
      console.log(`${stack}: ${JSON.stringify(digest.changeSummary)}`);
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

type Stacks = Readonly<Record<string, Recorded[]>>;

/** What is on the disk, committed or not, without what git ignores. */
function archiveOfFiles(): Buffer {
  const options = ["--cached", "--others", "--exclude-standard", "-z"];
  const maxBuffer = 256 * 1024 * 1024;
  const files = execFileSync("git", ["-C", clone, "ls-files", ...options], { maxBuffer });
  const args = ["-c", "-C", clone, "--ignore-failed-read", "--null", "-T", "-"];
  return execFileSync("tar", args, { input: files, maxBuffer, stdio: ["pipe", "pipe", "ignore"] });
}

function unpack(folder: string, archive: Buffer): void {
  mkdirSync(folder);
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
}

/** Both from copies that lie alike, so that images of the same content have the same tag. */
function recorded(program: string): Stacks {
  const file = `${program}.json`;
  const recorder = join(clone, "commands", "compare-stacks", "record.ts");
  execFileSync(process.execPath, [recorder, program, file], { stdio: ["ignore", 2, 2] });
  return JSON.parse(readFileSync(file, "utf8"));
}
