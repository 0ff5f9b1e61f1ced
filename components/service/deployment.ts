import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { authorityOfState, sidecarAnnotations } from "#components/dapr/annotations.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { type ContainerArgs, caVolumes, containerOf } from "./container.ts";
import { podResources, podSecurityContext, replicasOf, shutdown, spreadOf } from "./pod.ts";
import { scales } from "./scaling.ts";

export type DeploymentArgs = ContainerArgs & {
  readonly pullSecrets: readonly string[];
  readonly kafka: Kafka;
  readonly facts: DaprFacts;
  /** Labels that a cloud wants on a pod that has an identity there. */
  readonly identity: { readonly podLabels: Readonly<Record<string, string>> };
  readonly autoscaling: boolean;
  readonly serviceAccount: pulumi.Input<string>;
};

/** How a service runs: its pods with their sidecar, and how one version follows another. */
export function deploymentSpec(args: DeploymentArgs): k8s.types.input.apps.v1.DeploymentSpec {
  const { appId, place, identity, kafka, facts, secrets, autoscaling, logLevel } = args;
  return {
    // A number here would take back what the scaler decided.
    ...(!(autoscaling && scales(appId)) && { replicas: replicasOf(appId, place.size) }),
    revisionHistoryLimit: 3,
    progressDeadlineSeconds: 300,
    selector: { matchLabels: selectorOf(appId) },
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: {
        labels: { ...labelsOf(appId), ...identity.podLabels },
        annotations: sidecarAnnotations({
          appId,
          facts,
          kafkaUser: kafka.userOf(appId),
          apiTokenSecret: secrets.toSidecar,
          appTokenSecret: secrets.toApp,
          resources: podResources(appId, place.size).sidecar,
          logLevel,
        }),
      },
      spec: {
        serviceAccountName: args.serviceAccount,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurityContext,
        imagePullSecrets: args.pullSecrets.map((name) => ({ name })),
        terminationGracePeriodSeconds: shutdown.gracePeriodSeconds,
        topologySpreadConstraints: spreadOf(appId, place.size, place.zones),
        containers: [containerOf(args)],
        volumes: caVolumes({ ...args, stateCertificate: authorityOfState(args) }),
      },
    },
  };
}
