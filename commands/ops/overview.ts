import { existsSync, readFileSync } from "node:fs";
import type { Finding } from "#commands/doctor/finding.ts";
import { findingsOf, readWaiting, type Waiting } from "#commands/doctor/local.ts";
import { readOutputs, type StackOutputs } from "#commands/local/outputs.ts";
import { type ProcessState, readProcesses } from "#commands/local/processes.ts";
import { checkpoint } from "#commands/local/stack.ts";
import { catalog } from "#toolchain/programs.ts";

export type Link = { readonly title: string; readonly url: string; readonly says: string };

/** A process with what its stack knows of it. */
export type ShownProcess = ProcessState & {
  readonly version: string;
  /** Starts that nobody asked for, with the last reason, as `1 (pid 4711 is gone)`; or nothing. */
  readonly restarts: string;
};

/** All that the page shows. */
export type Overview = {
  readonly processes: readonly ShownProcess[];
  /** What waits in Kafka and in outboxes, or why that is not known. */
  readonly waiting: Waiting | { readonly unknown: string };
  readonly findings: readonly Finding[];
  readonly links: readonly Link[];
  readonly at: Date;
};

/** Reads all of it, by the functions of `npm run status`, `doctor` and `events`. */
export async function readOverview(): Promise<Overview> {
  const [processes, waiting] = await Promise.all([
    readProcesses(),
    readWaiting().catch((error: Error) => ({ unknown: error.message })),
  ]);
  const restarts = readRestarts();
  return {
    processes: processes.map((one) => ({
      ...one,
      version: versionOf(one.name),
      restarts: restarts.get(one.name) ?? "",
    })),
    waiting,
    findings: "unknown" in waiting ? [] : findingsOf(waiting),
    links: linksOf(readOutputs()),
    at: new Date(),
  };
}

/** Once for all who ask at the same time, and not again within this time. */
export function shared<T>(read: () => Promise<T>, freshMs: number): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= read().finally(() => setTimeout(() => (kept = undefined), freshMs).unref());
    return kept;
  };
}

const versions: Readonly<Record<string, string>> = {
  kafka: `Kafka ${catalog.kafka.version}`,
  postgres: `PostgreSQL ${catalog.postgres.version}`,
  redis: `Redis ${catalog["redis-server"].version}`,
  sentry: `Dapr ${catalog["dapr-sentry"].version}`,
  scheduler: `Dapr ${catalog["dapr-scheduler"].version}`,
  zipkin: `Zipkin ${catalog.zipkin.version}`,
};

const versionOf = (name: string): string =>
  name.endsWith("-sidecar")
    ? `Dapr ${catalog.daprd.version}`
    : (versions[name.replace(/^dapr-/, "")] ?? `Node ${process.versions.node}`);

/** How often a process was found dead, as the engine's state has it. */
function readRestarts(): Map<string, string> {
  if (!existsSync(checkpoint)) return new Map();
  try {
    const resources = JSON.parse(readFileSync(checkpoint, "utf8")).checkpoint.latest.resources;
    return new Map(
      (resources as { type: string; outputs?: { name?: string; incarnation?: string } }[])
        .filter(({ type }) => type === "host:index:Process")
        .map(({ outputs }) => [outputs?.name ?? "", restartsIn(outputs?.incarnation ?? "")]),
    );
  } catch {
    return new Map(); // the engine is writing it
  }
}

/** Its first start is the incarnation `1`; `2 (pid 4711 is gone)` is one that nobody asked for. */
export function restartsIn(incarnation: string): string {
  const [, starts = "1", reason = ""] = /^(\d+)(.*)$/.exec(incarnation) ?? [];
  return starts === "1" ? "" : `${Number(starts) - 1}${reason}`;
}

function linksOf(outputs: StackOutputs | undefined): Link[] {
  if (!outputs) return [];
  const metrics = Object.entries(outputs.services).map(([appId, { url }]) => ({
    title: `Metrics of ${appId}`,
    url: `${url}/metrics`,
    says: "for Prometheus",
  }));
  return [
    { title: "The application", url: "/", says: "as users see it" },
    { title: "The API", url: "/docs", says: "what it takes and answers" },
    ...(outputs.zipkin
      ? [{ title: "Traces", url: outputs.zipkin, says: "Zipkin: where a request or event went" }]
      : []),
    ...(outputs.mail
      ? [{ title: "Mail", url: outputs.mail, says: "what was sent, and went nowhere" }]
      : []),
    ...metrics,
  ];
}
