import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "#stacks/config.ts";
import { createKubernetesStack } from "#stacks/kubernetes.ts";
import { aksSetting, azureAnswers } from "./azure.ts";
import { canary } from "./canary.ts";
import { gkeSetting, googleOutputs } from "./google.ts";
import { ociAnswers, ociOutputs, okeSetting, streamingSetting } from "./oci.ts";
import type { CloudRecord } from "./record-cloud.ts";
import { recordCloud } from "./record-cloud.ts";

type Setting = Readonly<Record<string, unknown>>;

/** A cloud as the stacks of the tests use it: the least of its cluster, and all that it runs. */
export type CloudUnderTest = {
  readonly cluster: Setting;
  readonly kafka: Setting;
  readonly postgres: Setting;
  readonly redis: Setting;
  readonly secrets: Setting;
  readonly backups: Setting;
  /** What its functions answer where a made-up text would not do. */
  readonly answers?: (token: string, inputs: object) => object;
  /** The same for what its resources have once they are made. */
  readonly outputs?: (type: string, name: string) => object;
};

/** Every cloud by its kind of cluster. */
export const clouds: Readonly<Record<string, CloudUnderTest>> = {
  aks: {
    cluster: aksSetting,
    kafka: { engine: "event-hubs" },
    postgres: { engine: "azure-flexible-server" },
    redis: { engine: "azure-managed-redis" },
    secrets: { store: "key-vault" },
    backups: { store: "blob-storage" },
    answers: azureAnswers,
  },
  gke: {
    cluster: gkeSetting,
    kafka: { engine: "google-managed-kafka" },
    postgres: { engine: "cloud-sql" },
    redis: { engine: "memorystore" },
    secrets: { store: "secret-manager" },
    backups: { store: "cloud-storage" },
    outputs: googleOutputs,
  },
  oke: {
    cluster: okeSetting,
    kafka: streamingSetting,
    postgres: { engine: "oci-postgresql" },
    redis: { engine: "oci-cache" },
    secrets: { store: "oci-vault" },
    backups: { store: "oci-object-storage" },
    answers: ociAnswers,
    outputs: ociOutputs,
  },
};

/** What can be chosen for a stack in a cloud. */
export const factors = {
  cluster: Object.keys(clouds),
  kafka: ["strimzi", "redpanda", "managed"],
  data: ["in the cluster", "managed"],
};

/** Recording a whole stack takes seconds, and a minute where the machine is busy. */
export const busyTimeoutMs = 300_000;

export type CloudChoice = { readonly [Name in keyof typeof factors]: string };

/** What is set for a whole prod stack with these choices. */
export function settingOf(choice: CloudChoice, changes: Setting = {}): Setting {
  const cloud = cloudOf(choice);
  const isManaged = choice.data === "managed";
  // A vault wants a Kafka whose authority is public.
  const secrets = isManaged && choice.kafka === "managed" ? cloud.secrets : { store: "kubernetes" };
  return {
    target: "kubernetes",
    size: "prod",
    cluster: cloud.cluster,
    kafka: choice.kafka === "managed" ? cloud.kafka : { engine: choice.kafka },
    postgres: isManaged ? cloud.postgres : { engine: "cloudnative-pg", backup: cloud.backups },
    redis: isManaged ? cloud.redis : { engine: "cluster" },
    secrets,
    images: { from: "registry", registry: "registry.example.com/todo", tag: "sha-0123456789ab" },
    mail: {
      host: "smtp.example.com",
      from: "todo@example.com",
      ...{ username: "todo", password: `${canary}-mail` },
    },
    ...changes,
  };
}

/** The same as the engine hands it over, by full key. */
export const configurationOf = (
  choice: CloudChoice,
  changes: Setting = {},
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settingOf(choice, changes)).map(([key, value]) => [
      `todo-evolution:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );

/** What the program registers for it, and what is wrong with that. */
export const recordCloudStack = (
  choice: CloudChoice,
  changes: Setting = {},
): Promise<CloudRecord> => {
  const config = configurationOf(choice, changes);
  return recordCloud(
    async () => {
      const read = readConfig(config);
      if (read.target !== "kubernetes") throw new Error(`not on Kubernetes: ${read.target}`);
      await createKubernetesStack(read);
    },
    {
      config,
      outputs: (type, name) =>
        type === "host:index:Password"
          ? { value: pulumi.secret(`${canary}-${name}`) }
          : (cloudOf(choice).outputs?.(type, name) ?? {}),
      answers: (token, inputs) => cloudOf(choice).answers?.(token, inputs) ?? {},
    },
  );
};

function cloudOf({ cluster }: CloudChoice): CloudUnderTest {
  const cloud = clouds[cluster];
  if (!cloud) throw new Error(`no cloud is known by the cluster ${cluster}`);
  return cloud;
}
