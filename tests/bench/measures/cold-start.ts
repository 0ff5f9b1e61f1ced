import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeBelow } from "#infra/images/bundle.ts";
import { filesOfBundle } from "#infra/images/kept-bundle.ts";
import { sightOf } from "#infra/images/sight.ts";
import { repositoryFolder } from "../../e2e/stack.ts";
import { distributionOf } from "../distribution.ts";
import { freePort } from "../free-port.ts";
import type { Measurement } from "../report.ts";
import type { System } from "../system.ts";
import type { Bench } from "./bench.ts";

const services = ["audit", "backend"] as const;
const starts = 10;
const readyWithinMs = 20_000;

/**
 * Starts services one at a time beside the local stack until they say they are ready: as their
 * images do, by which the row goes, and from source as the local stack does.
 */
export async function coldStart({ system, signal }: Bench): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "todo-evolution-cold-start-"));
  try {
    const times: { image: number[]; source: number[] }[] = [];
    for (const service of services) {
      const image = join(folder, service);
      writeBelow(image, await filesOfBundle(sightOf(repositoryFolder), service));
      const both = { image: [] as number[], source: [] as number[] };
      for (let start = 0; start < starts; start++) {
        signal.throwIfAborted();
        both.image.push(await readyAfter(system, service, image, "main.mjs", imageEnv));
        both.source.push(
          await readyAfter(system, service, repositoryFolder, `apps/${service}/main.ts`),
        );
      }
      times.push(both);
    }
    const note = `${services.join(" and ")}, database reachable, until /readyz is 200`;
    return [
      {
        name: "cold start",
        unit: "ms",
        values: distributionOf(times.flatMap(({ image }) => image)),
        note: `as in their images: ${note}`,
      },
      ...services.flatMap((service, index): Measurement[] => {
        const { image = [], source = [] } = times[index] ?? {};
        return [
          { name: `cold start: ${service}`, unit: "ms", values: distributionOf(image) },
          {
            name: `cold start: ${service} from source`,
            unit: "ms",
            values: distributionOf(source),
          },
        ];
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As apps/Dockerfile says; and nothing is kept from one start to the next. */
const imageEnv = {
  NODE_ENV: "production",
  NODE_OPTIONS: "--enable-source-maps",
  NODE_DISABLE_COMPILE_CACHE: "1",
};

async function readyAfter(
  system: System,
  service: string,
  cwd: string,
  program: string,
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  // No sidecar, so that it takes no lane and no partition from the one that works.
  const port = await freePort();
  const own = { PORT: String(port), DAPR_ENABLED: "false", ...more };
  const env = { ...system.environmentOf(service), ...own };
  const since = performance.now();
  const child = spawn(process.execPath, [program], { cwd, env, stdio: "ignore" });
  const exited = once(child, "exit");
  try {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (response?.ok) return performance.now() - since;
      if (child.exitCode !== null) throw new Error(`${program} ended: ${child.exitCode}`);
      if (performance.now() - since > readyWithinMs) throw new Error(`${program} is not ready`);
      await sleep(5);
    }
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}
