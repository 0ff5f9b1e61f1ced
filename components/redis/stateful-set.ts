import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { containerSecurityContext, podSecurityContext } from "#components/service/pod.ts";
import { redisFiles, redisPort } from "./redis-config.ts";
import type { RedisTuning } from "./tuning.ts";

export type StatefulSetArgs = {
  readonly place: Place;
  readonly image: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
  readonly tuning: RedisTuning;
  /** Names of the ConfigMap and the Secrets whose files it reads. */
  readonly config: pulumi.Input<string>;
  readonly acl: pulumi.Input<string>;
  readonly tlsSecret: pulumi.Input<string> | undefined;
};

const name = "redis";

/** One pod of Redis with a volume. */
export function statefulSetSpec(args: StatefulSetArgs): k8s.types.input.apps.v1.StatefulSetSpec {
  const { place, tuning } = args;
  const kept = place.keepData ? "Retain" : "Delete";
  return {
    serviceName: `${name}-nodes`,
    replicas: 1,
    selector: { matchLabels: selectorOf(name) },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: kept, whenScaled: "Retain" },
    template: {
      metadata: { labels: labelsOf(name) },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurityContext,
        imagePullSecrets: args.pullSecrets.map((secret) => ({ name: secret })),
        // What is in memory is written down before it goes.
        terminationGracePeriodSeconds: 60,
        containers: [containerOf(args)],
        volumes: [
          { name: "config", configMap: { name: args.config } },
          { name: "acl", secret: { secretName: args.acl, defaultMode: 0o440 } },
          ...(args.tlsSecret
            ? [{ name: "tls", secret: { secretName: args.tlsSecret, defaultMode: 0o440 } }]
            : []),
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: "data", labels: labelsOf(name) },
        spec: {
          accessModes: ["ReadWriteOnce"],
          ...(place.storageClass !== undefined && { storageClassName: place.storageClass }),
          resources: { requests: { storage: tuning.storage } },
        },
      },
    ],
  };
}

function containerOf(args: StatefulSetArgs): k8s.types.input.core.v1.Container {
  const { maxMemoryMiB } = args.tuning;
  // A connection is proof enough and needs neither a password nor a shell in the image. While the
  // data is read in, Redis answers that it is loading, and who asks tries again.
  const probe = { tcpSocket: { port: "redis" }, timeoutSeconds: 3 };
  return {
    name,
    image: args.image,
    command: ["redis-server", redisFiles.config],
    ports: [{ name: "redis", containerPort: redisPort, protocol: "TCP" }],
    resources: {
      requests: { cpu: args.place.size === "prod" ? "250m" : "50m", memory: `${maxMemoryMiB}Mi` },
      // The log of writes is rewritten by a copy of the process, whose pages part as they change.
      limits: { memory: `${maxMemoryMiB * 2}Mi` },
    },
    securityContext: containerSecurityContext,
    startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 2 },
    volumeMounts: [
      { name: "data", mountPath: redisFiles.data },
      { name: "config", mountPath: folderOf(redisFiles.config), readOnly: true },
      { name: "acl", mountPath: folderOf(redisFiles.acl), readOnly: true },
      ...(args.tlsSecret ? [{ name: "tls", mountPath: redisFiles.tls, readOnly: true }] : []),
    ],
  };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
