import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { replicaName } from "#infra/host/port-plan.ts";
import { isAlive } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { readOutputs, type StackOutputs } from "./outputs.ts";
import { stack } from "./stack.ts";

/** A process of the local stack, as it is now. What is not known is empty. */
export type ProcessState = {
  readonly name: string;
  readonly state: "running" | "not ready" | "stopped";
  readonly pid: string;
  /** RFC 3339. */
  readonly since: string;
  /** As `120 MiB`. */
  readonly memory: string;
  /** Where it can be asked, for services and sidecars. */
  readonly url: string | undefined;
  /** What is away that it does without. */
  readonly degraded: readonly string[];
};

const kibibytesPerMebibyte = 1_024;
const patienceMs = 2_000;

/** The processes that the local stack has started, by name; none when it is not up. */
export async function readProcesses(): Promise<ProcessState[]> {
  const folder = join(stack.folder, "run");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => basename(file, ".json"))
    : [];
  const known = placesOf(readOutputs());
  return Promise.all(
    names.sort().map(async (name): Promise<ProcessState> => {
      const record = readRecord(join(folder, `${name}.json`));
      const place = known.get(name);
      const url = place?.url;
      if (!record || !isAlive(record)) {
        const nothing = { pid: "", since: "", memory: "", degraded: [] };
        return { name, state: "stopped", url, ...nothing };
      }
      const { ready, degraded } = place ? await ask(place) : { ready: true, degraded: [] };
      return {
        ...{ name, url, degraded, state: ready ? "running" : "not ready" },
        ...{ pid: String(record.pid), since: record.startedAt, memory: memoryOf(record.pid) },
      };
    }),
  );
}

type Place = { readonly url: string; readonly health: string };

/** Where each replica and sidecar of each service listens, by the name of its process. */
const placesOf = (outputs: StackOutputs | undefined): Map<string, Place> =>
  new Map(
    Object.entries(outputs?.services ?? {}).flatMap(([appId, { urls, sidecarUrls }]) => [
      ...urls.map((url, index): [string, Place] => [
        replicaName(appId, index),
        { url, health: "/readyz" },
      ]),
      ...sidecarUrls.map((url, index): [string, Place] => [
        `${replicaName(appId, index)}-sidecar`,
        { url, health: "/v1.0/healthz" },
      ]),
    ]),
  );

async function ask({ url, health }: Place): Promise<{ ready: boolean; degraded: string[] }> {
  try {
    const response = await fetch(`${url}${health}`, { signal: AbortSignal.timeout(patienceMs) });
    const text = await response.text();
    const degraded = text.startsWith("{") ? (JSON.parse(text).degraded ?? []) : [];
    return { ready: response.ok, degraded };
  } catch {
    return { ready: false, degraded: [] };
  }
}

function memoryOf(pid: number): string {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return line ? `${Math.round(Number(line[1]) / kibibytesPerMebibyte)} MiB` : "";
  } catch {
    return ""; // it has ended meanwhile
  }
}
