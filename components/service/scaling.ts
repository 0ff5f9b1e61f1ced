import type * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { StackSize } from "#apps/contracts/topics.ts";
import { topics } from "#apps/contracts/topics.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import { labelsOf } from "#components/place.ts";
import { replicasOf } from "./pod.ts";

/** Records waiting per replica before another one is started. */
const lagPerReplica = 100;
/** Of the processor time that a pod of a public service asked for. */
const cpuPercent = 70;
const mostPublicReplicas: Record<StackSize, number> = { dev: 2, prod: 10 };

export type ScalingArgs = {
  readonly appId: AppId;
  readonly namespace: string;
  readonly size: StackSize;
  readonly kafka: Pick<Kafka, "brokers" | "mechanism" | "tls">;
  /** A Secret with the parameters of the trigger, as `triggerSecretOf` says. */
  readonly authentication: string;
  readonly topicPartitions?: Readonly<Record<string, number>>;
};

/** Whether replicas of a service follow its load: it consumes, or people call it. */
export const scales = (appId: AppId): boolean => {
  const contract = contractOf(appId);
  return subscriptionsOf(contract).length > 0 || contract.publicPaths.length > 0;
};

/** More replicas than the largest of its topics has partitions would have nothing to do. */
export function mostReplicas(appId: AppId, size: StackSize): number {
  const contract = contractOf(appId);
  const partitions = subscriptionsOf(contract).map(([topic]) => topics[topic].partitions[size]);
  const bound = contract.publicPaths.length > 0 ? [mostPublicReplicas[size]] : [];
  return Math.max(replicasOf(appId, size), ...partitions, ...bound);
}

/** What KEDA does with a service: a trigger on the lag of each topic, or on processor time. */
export const scaledObject = (args: ScalingArgs) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { name: args.appId, namespace: args.namespace, labels: labelsOf(args.appId) },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: args.appId },
    minReplicaCount: replicasOf(args.appId, args.size),
    maxReplicaCount: mostReplicas(args.appId, args.size),
    pollingInterval: 15,
    cooldownPeriod: 120,
    // Without it a scaled-down Deployment would be scaled up by the removal of its scaler.
    advanced: { restoreToOriginalReplicaCount: false },
    triggers: triggersOf(args),
  },
});

function triggersOf(args: ScalingArgs) {
  const contract = contractOf(args.appId);
  const lag = subscriptionsOf(contract).map(([topic]) => ({
    type: "kafka",
    name: topic,
    metadata: {
      bootstrapServers: args.kafka.brokers,
      consumerGroup: args.appId,
      topic,
      lagThreshold: String(lagPerReplica),
      offsetResetPolicy: "earliest",
      allowIdleConsumers: "false",
    },
    authenticationRef: { name: args.authentication },
  }));
  const cpu = {
    type: "cpu",
    metricType: "Utilization",
    metadata: { value: String(cpuPercent), containerName: args.appId },
  };
  return contract.publicPaths.length > 0 ? [...lag, cpu] : lag;
}

/** KEDA's words for the mechanisms. */
const sasl = {
  "SCRAM-SHA-512": "scram_sha512",
  "SCRAM-SHA-256": "scram_sha256",
  PLAIN: "plaintext",
} as const;

/** The parameters of the Kafka trigger that are no secret but must come from a Secret. */
export const triggerSecretOf = (
  kafka: Pick<Kafka, "mechanism" | "tls">,
  username: pulumi.Input<string>,
) => ({
  sasl: sasl[kafka.mechanism],
  tls: kafka.tls ? "enable" : "disable",
  username,
});

/** Where KEDA finds how to come to the brokers as the service does. */
export const triggerAuthentication = (args: {
  readonly name: string;
  readonly namespace: string;
  readonly parameters: pulumi.Input<string>;
  readonly password: { readonly name: pulumi.Input<string>; readonly key: string };
  readonly tls: Kafka["tls"];
}) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "TriggerAuthentication",
  metadata: { name: args.name, namespace: args.namespace, labels: labelsOf(args.name) },
  spec: {
    secretTargetRef: [
      ...["sasl", "tls", "username"].map((key) => ({
        parameter: key,
        name: args.parameters,
        key,
      })),
      { parameter: "password", name: args.password.name, key: args.password.key },
      ...(args.tls && args.tls !== "public"
        ? [{ parameter: "ca", name: args.tls.caCertificate.name, key: args.tls.caCertificate.key }]
        : []),
    ],
  },
});
