import type * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import type { Place } from "#components/place.ts";
import type { KafkaTuning } from "./tuning.ts";
import { durabilityOf } from "./tuning.ts";

/** The name of the release and so of everything that the chart makes. */
export const releaseName = "redpanda";
export const redpandaPorts = { kafka: 9_093, admin: 9_644, rpc: 33_145 } as const;
/** Whom the brokers know from their first start, and by whom the operator comes. */
export const bootstrapUser = "kubernetes-controller";

const resources: Record<StackSize, { readonly cores: number | string; readonly memory: string }> = {
  // Below one core Redpanda shares it, and does not keep it busy.
  dev: { cores: "500m", memory: "2Gi" },
  prod: { cores: 2, memory: "8Gi" },
};

// What the namespace's level asks for, and the chart does not say of its containers.
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const containers = (...names: string[]) =>
  names.map((name) => ({ name, securityContext: restricted }));

/** Nobody comes from outside, so there is no listener, and no certificate, for them. */
const noOutside = { default: { enabled: false } };

export type RedpandaValuesArgs = {
  readonly place: Place;
  readonly tuning: KafkaTuning;
  /** Names of Secrets: superusers (`users.txt`), and the first user's `password`. */
  readonly usersSecret: pulumi.Input<string>;
  readonly bootstrapSecret: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
};

/** The chart's values: passwords are in Secrets that these name. */
export const redpandaValues = (args: RedpandaValuesArgs) => {
  const { place, tuning, pullSecrets } = args;
  const { cores, memory } = resources[place.size];
  const { replicas } = durabilityOf[place.size];
  return {
    fullnameOverride: releaseName,
    // Without the dot at its end, which not every client takes for a host's name.
    clusterDomain: "cluster.local",
    external: { enabled: false },
    console: { enabled: false },
    tests: { enabled: false },
    // Tunes the node it runs on, as root.
    tuning: { tune_aio_events: false },
    logging: { usageStats: { enabled: false } },
    auth: {
      sasl: {
        enabled: true,
        mechanism: "SCRAM-SHA-512",
        secretRef: args.usersSecret,
        users: [],
        bootstrapUser: {
          name: bootstrapUser,
          mechanism: "SCRAM-SHA-512",
          secretKeyRef: { name: args.bootstrapSecret, key: "password" },
        },
      },
    },
    tls: { enabled: true },
    listeners: {
      kafka: { port: redpandaPorts.kafka, authenticationMethod: "sasl", external: noOutside },
      admin: { port: redpandaPorts.admin, external: noOutside },
      rpc: { port: redpandaPorts.rpc },
      http: { enabled: false },
      schemaRegistry: { enabled: false },
    },
    config: {
      cluster: {
        auto_create_topics_enabled: false,
        default_topic_replications: replicas,
        kafka_enable_authorization: true,
        kafka_request_max_bytes: tuning.socketRequestMaxBytes,
        rpc_server_tcp_recv_buf: tuning.socketReceiveBufferBytes,
        rpc_server_tcp_send_buf: tuning.socketSendBufferBytes,
      },
    },
    rackAwareness: { enabled: place.zones, nodeAnnotation: "topology.kubernetes.io/zone" },
    resources: { cpu: { cores }, memory: { container: { min: memory, max: memory } } },
    storage: {
      persistentVolume: {
        enabled: true,
        size: tuning.storage,
        ...(place.storageClass !== undefined && { storageClass: place.storageClass }),
      },
    },
    podTemplate: {
      spec: {
        imagePullSecrets: pullSecrets.map((name) => ({ name })),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      },
    },
    statefulset: {
      replicas,
      budget: { maxUnavailable: 1 },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: place.keepData ? "Retain" : "Delete",
        whenScaled: "Retain",
      },
      podTemplate: {
        spec: {
          containers: containers("redpanda", "sidecar"),
          initContainers: containers("redpanda-configurator", "bootstrap-yaml-envsubst"),
        },
      },
    },
    post_install_job: {
      podTemplate: {
        spec: {
          containers: containers("post-install"),
          initContainers: containers("bootstrap-yaml-envsubst"),
        },
      },
    },
  };
};
