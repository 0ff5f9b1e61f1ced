import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type Recorded, record } from "#components/recording.ts";
import { readConfig, type StackConfig } from "#stacks/config.ts";

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

/** What the file of a stack says, a kubeconfig replaced by an empty one: nothing is asked of it. */
export function valuesIn(text: string): Record<string, string> {
  const { config = {} } = parse(text) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const usable = key.endsWith(":cluster") ? withoutKubeconfig(value as object) : value;
      return [key, typeof usable === "string" ? usable : JSON.stringify(usable)];
    }),
  );
}

/** What the program registers for a stack on a cluster, without an engine or a cluster. */
export async function recordStackFile({ name, values }: StackFile): Promise<Recorded[]> {
  return record(
    async () => {
      const read: StackConfig = readConfig({ ...values });
      if (read.target !== "kubernetes") throw new Error(`${name} is not on Kubernetes`);
      const { createKubernetesStack } = await import("#stacks/kubernetes.ts");
      await createKubernetesStack(read);
    },
    {
      stack: name,
      config: values,
      outputs: (type, resource) =>
        type === "host:index:Password" ? { value: pulumi.secret(`password of ${resource}`) } : {},
    },
  );
}

/** Of the kinds that take one. */
const withoutKubeconfig = (cluster: object): object =>
  "kind" in cluster && ["minikube", "existing"].includes(String(cluster.kind))
    ? { ...cluster, kubeconfig: "/dev/null" }
    : cluster;
