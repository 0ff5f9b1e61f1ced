import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { executablesOnPath, isExecutable } from "#toolchain/probe.ts";

const program = "pulumi-resource-kubernetes";

/** Pulumi's Kubernetes provider on this machine: on PATH or among the user's plugins. */
export function findRealProvider(): string | undefined {
  const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  const installed = existsSync(plugins)
    ? readdirSync(plugins).filter((name) => /^resource-kubernetes-v[\d.]+$/.test(name))
    : [];
  return [
    ...executablesOnPath(program, process.env),
    ...installed.map((name) => join(plugins, name, program)).filter(isExecutable),
  ][0];
}
