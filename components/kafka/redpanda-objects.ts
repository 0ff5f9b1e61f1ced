import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf, withAnnotations } from "#components/place.ts";
import { bootstrapUser, redpandaPorts, releaseName } from "./redpanda-values.ts";
import type { TopicSpec } from "./topics.ts";
import { durabilityOf } from "./tuning.ts";
import type { UserSpec } from "./users.ts";
import { annotationsOf } from "./users.ts";

const apiVersion = "cluster.redpanda.com/v1alpha2";

/** The chart's own authority; it makes it by cert-manager. */
export const redpandaCa = { name: `${releaseName}-default-root-certificate`, key: "ca.crt" };

/** `host:port` of every broker, by the names that their certificates have. */
export const redpandaAddresses = ({ size, namespace }: Place, port: number): string[] =>
  Array.from(
    { length: durabilityOf[size].replicas },
    (_, index) => `${releaseName}-${index}.${releaseName}.${namespace}.svc:${port}`,
  );

/** With the password of the first user; its name is fixed, since nothing below may ever change. */
export const bootstrapSecret = "redpanda-bootstrap";

/** How the operator comes to the brokers, which the chart made and not itself. */
const clusterOf = (place: Place) => {
  const passwordSecretRef = { name: bootstrapSecret, key: "password" };
  const sasl = { username: bootstrapUser, mechanism: "SCRAM-SHA-512", passwordSecretRef };
  const tls = { enabled: true, caCertSecretRef: redpandaCa };
  return {
    staticConfiguration: {
      kafka: { brokers: redpandaAddresses(place, redpandaPorts.kafka), sasl, tls },
      admin: {
        urls: redpandaAddresses(place, redpandaPorts.admin).map((address) => `https://${address}`),
        sasl,
        tls,
      },
    },
  };
};

const metadata = (name: string, { namespace }: Place, condition: string) => ({
  name,
  namespace,
  labels: labelsOf(name),
  annotations: { "pulumi.com/waitFor": `condition=${condition}` },
});

/** A topic. How many brokers have a record before it counts is more than half, and no setting. */
export const redpandaTopic = ({ name, partitions, replicas, config }: TopicSpec, place: Place) => {
  const { "min.insync.replicas": _, ...additionalConfig } = config;
  return {
    apiVersion,
    kind: "Topic",
    metadata: metadata(name.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-"), place, "Ready"),
    spec: {
      cluster: clusterOf(place),
      overwriteTopicName: name,
      partitions,
      replicationFactor: replicas,
      additionalConfig,
    },
  };
};

/** A user with our password and exactly these rights. */
export const redpandaUser = ({ name, grants }: UserSpec, password: SecretKey, place: Place) => ({
  apiVersion,
  kind: "User",
  metadata: withAnnotations(metadata(name, place, "Synced"), annotationsOf(name)),
  spec: {
    cluster: clusterOf(place),
    authentication: {
      type: "scram-sha-512",
      syncCredentials: true,
      password: {
        noGenerate: true,
        valueFrom: { secretKeyRef: { name: password.name, key: password.key } },
      },
    },
    authorization: {
      type: "simple",
      acls: grants.map((grant) => ({
        type: "allow",
        // There is one cluster, and it must not be named.
        resource:
          grant.resourceType === "cluster"
            ? { type: grant.resourceType, name: "" }
            : { type: grant.resourceType, name: grant.name, patternType: "literal" },
        operations: [...grant.operations],
        host: "*",
      })),
    },
  },
});
