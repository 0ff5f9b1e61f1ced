import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withDescendants } from "#infra/host/provider/proc.ts";
import { clouds, settingOf } from "../../clouds/stacks.ts";
import { openClouds } from "../../engine/clouds/clouds.ts";
import { startControlPlane } from "../../engine/control-plane.ts";
import { chooseProvider } from "../../engine/provider.ts";
import type { Setting } from "../../engine/setting.ts";
import { scratchFolder } from "../../scratch-folder.ts";
import { distributionOf } from "../distribution.ts";
import type { Measurement } from "../report.ts";

const rounds = 3;

/**
 * What a preview of a whole stack takes on each kind of cluster, and the memory of the program: the
 * first preview of a stack, which makes all of it, on an API server without nodes and with stand-ins
 * for the providers of clouds. Needs no running stack, but etcd on PATH.
 */
export async function previews(signal: AbortSignal): Promise<Measurement[]> {
  const folder = scratchFolder("previews");
  const { stop, kubeconfig, ...access } = await startControlPlane(join(folder, "control-plane"));
  try {
    const provider = chooseProvider("auto");
    return await measureAll({ folder, kubeconfig, access, provider }, signal);
  } finally {
    await stop();
  }
}

async function measureAll(setting: Setting, signal: AbortSignal): Promise<Measurement[]> {
  const { openCloudStack } = openClouds("previews", setting);
  const measurements: Measurement[] = [];
  for (const [name, config] of Object.entries(configurations(setting.kubeconfig))) {
    const timesMs: number[] = [];
    const peaks: number[] = [];
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const stack = await openCloudStack(`bench-${name}`, config);
      const memory = watchProgram();
      const since = performance.now();
      await stack.pulumi("preview");
      timesMs.push(performance.now() - since);
      peaks.push(await memory.peakMiB());
      stack.forget();
    }
    if (timesMs.length === 0) continue;
    const note = `the first preview; the provider of Kubernetes is ${setting.provider.kind === "real" ? "Pulumi's own" : "ours"}`;
    const figure = name === "local" ? "first preview of local" : `preview of ${name}`;
    measurements.push(
      { name: figure, unit: "ms", values: distributionOf(timesMs), note },
      {
        name: `${figure}: memory`,
        unit: "MiB",
        values: distributionOf(peaks),
        note: "the most that the program had in memory",
      },
    );
  }
  return measurements;
}

const configurations = (kubeconfig: string): Readonly<Record<string, object>> => ({
  local: { target: "local", portBase: 22_000 },
  dev: {
    ...settingOf({ cluster: "aks", kafka: "strimzi", data: "in the cluster" }),
    size: "dev",
    cluster: { kind: "existing", kubeconfig },
    postgres: { engine: "cloudnative-pg" },
  },
  ...Object.fromEntries(
    Object.keys(clouds).map((cluster) => [
      cluster,
      settingOf({ cluster, kafka: "managed", data: "managed" }),
    ]),
  ),
});

const programOfEngine = join("@pulumi", "pulumi", "cmd", "run");
const everyMs = 20;

/** Looks at the process in which the engine runs the program, for as long as there is one. */
function watchProgram(): { readonly peakMiB: () => Promise<number> } {
  let isOver = false;
  let most = 0;
  const watching = (async () => {
    while (!isOver) {
      for (const { pid } of withDescendants([process.pid])) {
        if (textOf(pid, "cmdline").includes(programOfEngine)) most = Math.max(most, peakOf(pid));
      }
      await sleep(everyMs);
    }
  })();
  return {
    peakMiB: async () => {
      isOver = true;
      await watching;
      if (most === 0) throw new Error(`no process of the engine ran ${programOfEngine}`);
      return most;
    },
  };
}

/** `VmHWM` of proc_pid_status(5), in MiB. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s*(\d+) kB$/m.exec(textOf(pid, "status"))?.[1] ?? 0) / 1_024;

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // it ended in between
  }
}
