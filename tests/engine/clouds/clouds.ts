import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openApi } from "#commands/doctor/cluster-api.ts";
import { readConfig } from "#stacks/config.ts";
import { createStack } from "#stacks/create-stack.ts";
import { openStack, type Stack } from "../../kubernetes/stack.ts";
import { writeCharts } from "../charts.ts";
import { deedsOf, readLog, tell } from "../order.ts";
import { readSetting, type Setting } from "../setting.ts";
import { openCloud } from "./cloud.ts";
import { type Served, serveInProcess } from "./in-process.ts";
import { placeVariable, readPlaceAt } from "./place.ts";
import { cloudPackages, writePlace, writeProviders } from "./prepare.ts";
import { createHandlers } from "./server.ts";

/** A world of clouds of its own, in which stacks of this program are put up by the real engine. */
export function openClouds(name: string, setting: Setting = readSetting()) {
  const { kubeconfig, access, provider, folder: scratch } = setting;
  const folder = join(scratch, name);
  const standing = join(folder, "clouds");
  const providers = writeProviders(join(folder, "providers"), provider, access);
  const env = writePlace(standing, access);
  // Charts of the operators come from repositories; its observers' one has too many definitions.
  const replaced = {
    platform: { charts: writeCharts(join(folder, "charts")) },
    observability: { prometheus: "none" },
  };
  const cloud = openCloud(join(standing, "standing"));
  let served: Served | undefined;
  let runs = 0;
  return {
    folder,
    providers,
    env,
    /** What stands in these clouds. */
    cloud,
    /**
     * From now on the program and the clouds' providers are run by this process, for all runs of
     * the engine, instead of by processes of each run.
     */
    serve: async (): Promise<Served> => {
      const place = readPlaceAt(env[placeVariable]);
      const handlers = cloudPackages.map((it) => [
        it,
        createHandlers({ package: it, cloud, place }),
      ]);
      served = await serveInProcess(() => createStack(readConfig()), Object.fromEntries(handlers));
      return served;
    },
    /** The API server that every cluster of them is. */
    api: openApi(readFileSync(kubeconfig, "utf8"), undefined),
    /** As `openStack`; while `slow` is told, what has it in its type and name takes its time. */
    openCloudStack: (stack: string, config: object, slow?: string): Promise<Stack> =>
      openStack({
        name: stack,
        config: { ...("size" in config && replaced), ...config },
        providerFolder: providers,
        folder: join(folder, "stacks"),
        env: slow === undefined ? { ...env, ...served?.env } : writePlace(standing, access, slow),
        quiet: true,
        ...(served && { served: served.program }),
      }),
    /** Runs the engine on a stack; what it did, as `create Network todo`. Throws when it fails. */
    run: async (stack: Stack, command: string, ...args: string[]): Promise<string[]> => {
      const log = join(folder, `run-${++runs}.json`);
      await stack.pulumi(command, "--yes", "--skip-preview", "--event-log", log, ...args);
      return deedsOf(readLog(log)).map(tell);
    },
  };
}
