import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { cacheRoot } from "#toolchain/cache-root.ts";
import { withLock } from "#toolchain/lock.ts";

const requirements = join(import.meta.dirname, "requirements.txt");

/** The program, put into a folder of its own by pip at the first call: path of `schemathesis`. */
export async function ensureSchemathesis(log: (line: string) => void): Promise<string> {
  const wanted = readFileSync(requirements, "utf8");
  const folder = join(cacheRoot(), `schemathesis-${hashOf(wanted)}`);
  const program = join(folder, "bin", "schemathesis");
  const done = join(folder, "installed");
  mkdirSync(cacheRoot(), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(done)) return;
    log("installing Schemathesis by pip, half a minute");
    // What a run that was killed left is not to be gone on with.
    rmSync(folder, { recursive: true, force: true });
    told("python3", ["-m", "venv", folder]);
    told(join(folder, "bin", "pip"), ["install", "--quiet", "--requirement", requirements]);
    writeFileSync(done, "");
  });
  return program;
}

function told(program: string, args: readonly string[]): void {
  const ran = spawnSync(program, args, { encoding: "utf8" });
  if (ran.error || ran.status !== 0) {
    const said = ran.error?.message ?? `${ran.stdout}${ran.stderr}`.trim();
    throw new Refusal(
      `${program} ${args.join(" ")} failed: ${said}\n` +
        "Schemathesis needs Python >= 3.10 with venv, and pip's registry (Debian: python3-venv).",
    );
  }
}

const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 12);
