import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type Recorded, record } from "#components/recording.ts";
import type { KubernetesConfig, StackConfig } from "#stacks/config.ts";

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

/** The program of a clone: its reader of configuration, and what it makes on a cluster. */
export type StackProgram = {
  readonly readConfig: (values: Record<string, string>) => StackConfig;
  readonly createKubernetesStack: (config: KubernetesConfig) => Promise<unknown>;
};

/** What a program registers for a stack on a cluster, without an engine or a cluster. */
export async function recordStackFile(
  { name, values }: StackFile,
  program: StackProgram,
): Promise<Recorded[]> {
  return record(
    async () => {
      const read = program.readConfig({ ...values });
      if (read.target !== "kubernetes") throw new Error(`${name} is not on Kubernetes`);
      await program.createKubernetesStack(read);
    },
    {
      stack: name,
      config: values,
      outputs: (type, resource) =>
        type === "host:index:Password" ? { value: pulumi.secret(`password of ${resource}`) } : {},
    },
  );
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
