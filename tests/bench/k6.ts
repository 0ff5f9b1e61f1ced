import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { findPrograms } from "#toolchain/find.ts";
import type { Distribution } from "./distribution.ts";

export type Load = {
  readonly baseUrl: string;
  readonly tokens: readonly string[];
  readonly seconds: number;
  /** Requests a second; without it every virtual user sends as fast as it is answered. */
  readonly rate?: number;
  readonly signal: AbortSignal;
};

export type LoadResult = {
  readonly created: number;
  readonly failed: number;
  /** Requests that no virtual user was free for, at a rate. */
  readonly notSent: number;
  readonly latency: Distribution;
};

/** k6 shares the machine with what it measures: half of the processors, and memory for time. */
const sparing = { GOMAXPROCS: `${Math.ceil(availableParallelism() / 2)}`, GOGC: "400" };

/** Virtual users of every load. */
export const users = 100;
const latencyFloorMs = 500;
/** k6's own: a threshold was not met. The report says so by itself. */
const thresholdsMissed = 99;

const trend = z.object({
  count: z.number(),
  avg: z.number(),
  "p(50)": z.number(),
  "p(90)": z.number(),
  "p(95)": z.number(),
  "p(99)": z.number(),
  max: z.number(),
});
const summary = z.object({
  http_req_duration: z.object({ values: trend }),
  checks: z.object({ values: z.object({ passes: z.number(), fails: z.number() }) }),
  dropped_iterations: z.object({ values: z.object({ count: z.number() }) }).optional(),
});

/** Has k6 create tasks; rejects when k6 did not run to its end. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { k6 } = await findPrograms(["k6"]);
  const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
  try {
    const tokens = join(folder, "tokens.json");
    const result = join(folder, "summary.json");
    writeFileSync(tokens, JSON.stringify(load.tokens), { mode: 0o600 });
    await run(k6.path, load, {
      BASE_URL: load.baseUrl,
      TOKENS: tokens,
      SUMMARY: result,
      SECONDS: String(load.seconds),
      USERS: String(users),
      LATENCY_FLOOR_MS: String(latencyFloorMs),
      ...(load.rate && { RATE: String(load.rate) }),
    });
    return resultOf(JSON.parse(readFileSync(result, "utf8")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(k6: string, { seconds, signal }: Load, env: Record<string, string>): Promise<void> {
  const script = join(import.meta.dirname, "k6", "create.js");
  const args = ["run", "--quiet", "--no-usage-report", "--address", "127.0.0.1:0", script];
  const child = spawn(k6, args, {
    env: { ...process.env, ...sparing, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    signal: AbortSignal.any([signal, AbortSignal.timeout((seconds + 60) * 1_000)]),
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = `${errors}${chunk}`.slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0 || code === thresholdsMissed) resolve();
      else reject(new Error(`k6 ended with ${code}: ${errors}`));
    });
  });
}

function resultOf(metrics: unknown): LoadResult {
  const { http_req_duration, checks, dropped_iterations } = summary.parse(metrics);
  const { count, avg, max, ...ranks } = http_req_duration.values;
  return {
    created: checks.values.passes,
    failed: checks.values.fails,
    notSent: dropped_iterations?.values.count ?? 0,
    latency: {
      n: count,
      mean: avg,
      p50: ranks["p(50)"],
      p90: ranks["p(90)"],
      p95: ranks["p(95)"],
      p99: ranks["p(99)"],
      max,
    },
  };
}
