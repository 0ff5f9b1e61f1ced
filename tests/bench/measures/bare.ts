import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { distributionOf } from "../distribution.ts";
import { freePort } from "../free-port.ts";
import { runLoad } from "../k6.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

/** Hono and Drizzle alone on the same database: what the framework and the inserts would allow. */
export async function bare({ system, signal, ...bench }: Bench): Promise<Measurement[]> {
  const seconds = Math.min(bench.seconds, 15);
  const { DATABASE_URL = "" } = system.environmentOf("backend");
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "bare-server.ts")], {
    env: { PATH: process.env.PATH, DATABASE_URL, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    await Promise.race([once(child.stdout, "data"), sleep(20_000, undefined, { ref: false })]);
    const baseUrl = `http://127.0.0.1:${port}`;
    const result = await runLoad({ baseUrl, tokens: ["none"], seconds, signal });
    return [
      {
        name: "beside: bare insert",
        unit: "/s",
        values: distributionOf([result.created / seconds]),
        note: `Hono and Drizzle, one transaction of task and outbox row, ${seconds} s, ${result.failed} failed`,
      },
      { name: "beside: bare insert: latency", unit: "ms", values: result.latency },
    ];
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}
