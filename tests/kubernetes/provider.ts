import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const program = "pulumi-resource-kubernetes";

/** Pulumi's Kubernetes provider on this machine: on PATH or among the user's plugins. */
export function findRealProvider(): string | undefined {
  const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  const installed = existsSync(plugins)
    ? readdirSync(plugins).filter((name) => /^resource-kubernetes-v[\d.]+$/.test(name))
    : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...installed.map((name) => join(plugins, name)),
  ];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
