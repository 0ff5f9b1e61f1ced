import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type Recorded, record } from "#components/recording.ts";
import type { StackConfig } from "#stacks/config.ts";

/** A stack that has a file in the repository. */
export type StackFile = {
  readonly name: string;
  /** Its configuration by full key, as the engine hands it over. */
  readonly values: Readonly<Record<string, string>>;
};

/** Every `Pulumi.<stack>.yaml` of a folder, by name. */
export const stackFiles = (folder: string): StackFile[] =>
  readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort()
    .map((name) => ({
      name,
      values: valuesIn(readFileSync(join(folder, `Pulumi.${name}.yaml`), "utf8")),
    }));

/**
 * What the file of a stack says. A kubeconfig is replaced by an empty one, as nothing is asked of a
 * cluster, and a secret by a few words.
 */
export function valuesIn(text: string): Record<string, string> {
  const { config = {} } = parse(text) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const clear = withoutSecrets(value);
      const usable = key.endsWith(":cluster") ? withoutKubeconfig(clear as object) : clear;
      return [key, typeof usable === "string" ? usable : JSON.stringify(usable)];
    }),
  );
}

/** The program of a clone: its reader of configuration, and what makes each target. */
export type StackProgram = {
  readonly readConfig: (values: Record<string, string>) => StackConfig;
  readonly create: (config: StackConfig) => Promise<unknown>;
};

/** Loads the program of a clone, this one or a copy at another commit; a target when it is made. */
export async function loadProgram(clone: string): Promise<StackProgram> {
  const load = (file: string) => import(pathToFileURL(join(clone, "stacks", file)).href);
  const { readConfig } = (await load("config.ts")) as StackProgram;
  return {
    readConfig,
    create: async (config) => {
      if (config.target === "local") throw new Error("the local stack is not recorded");
      if (config.target === "cluster") return (await load("cluster.ts")).createClusterStack(config);
      return (await load("kubernetes.ts")).createKubernetesStack(config);
    },
  };
}

/**
 * What a program registers for a stack on a cluster, or for a cluster, without an engine, a cloud or
 * a cluster.
 * @throws what the program throws, with the name of the stack
 */
export async function recordStackFile(
  { name, values }: StackFile,
  { readConfig, create }: StackProgram,
): Promise<Recorded[]> {
  const outputs = (type: string, resource: string): object =>
    type === "host:index:Password" ? { value: pulumi.secret(`password of ${resource}`) } : {};
  try {
    const program = () => create(readConfig({ ...values }));
    return await record(program, { stack: name, config: values, outputs });
  } catch (error) {
    throw new Error(`the stack ${name} cannot be recorded: ${(error as Error).message}`);
  }
}

/** What is encrypted stands for itself: nobody here has the key. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value && typeof value.secure === "string") return "a secret of the stack";
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}

/** Of the kinds that take one. */
const withoutKubeconfig = (cluster: object): object =>
  "kind" in cluster && ["minikube", "existing"].includes(String(cluster.kind))
    ? { ...cluster, kubeconfig: "/dev/null" }
    : cluster;
