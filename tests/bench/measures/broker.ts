import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPrograms } from "#toolchain/find.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const topic = "bench-broker";
const records = 100_000;

/** The broker alone, by Kafka's own producer performance tool: 100,000 records of 1,000 bytes. */
export async function broker({ system, signal }: Bench): Promise<Measurement[]> {
  const { kafka, java } = await findPrograms(["kafka", "java"]);
  const { admin, stack } = system;
  const { mechanism, username, password, brokers } = stack.kafka;
  const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
  await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
  try {
    const config = join(folder, "producer.properties");
    const login = "org.apache.kafka.common.security.scram.ScramLoginModule";
    writeFileSync(
      config,
      [
        `bootstrap.servers=${brokers.join(",")}`,
        "security.protocol=SASL_PLAINTEXT",
        `sasl.mechanism=${mechanism}`,
        `sasl.jaas.config=${login} required username="${username}" password="${password}";`,
        "",
      ].join("\n"),
      { mode: 0o600 },
    );
    const tool = "org.apache.kafka.tools.ProducerPerformance";
    const { stdout } = await promisify(execFile)(
      java.path,
      [
        ...["-Xmx256m", "-cp", `${join(kafka.path, "libs")}/*`, tool, "--topic", topic],
        ...["--num-records", String(records), "--record-size", "1000", "--throughput", "-1"],
        ...["--producer.config", config],
      ],
      { signal, timeout: 120_000 },
    );
    return [figureOf(stdout)];
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads the tool's last line, which has its quantiles of the latency but the rate as one number. */
export function figureOf(output: string): Measurement {
  const line = output.trim().split("\n").at(-1) ?? "";
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(line);
    if (!found) throw new Error(`the tool did not say ${pattern}: ${line}`);
    return Number(found[1]);
  };
  const perSecond = number(/([\d.]+) records\/sec/);
  const p95 = number(/([\d.]+) ms 95th/);
  return {
    name: "beside: broker alone: latency",
    unit: "ms",
    values: {
      n: number(/^(\d+) records sent/),
      mean: number(/([\d.]+) ms avg latency/),
      p50: number(/([\d.]+) ms 50th/),
      p90: p95, // it has no 90th
      p95,
      p99: number(/([\d.]+) ms 99th/),
      max: number(/([\d.]+) ms max latency/),
    },
    note: `${Math.round(perSecond)} records/s of 1,000 bytes by Kafka's ProducerPerformance, three partitions; p90 is its 95th`,
  };
}
