import type { ClusterDescription } from "../cluster/cluster.ts";
import { clone } from "../cluster/plan.ts";
import { frontUrl } from "./front.ts";

/**
 * The stack `dev` on the cluster of this machine: everything that no registry is needed for. Kafka
 * and PostgreSQL are used by address; the operators, whose images are not to be had, are left out.
 */
export const configurationOn = (cluster: ClusterDescription, daprChart: string) => ({
  target: "kubernetes",
  size: "dev",
  rateLimits: { login: 6_000 },
  logLevel: "info",
  cluster: {
    kind: "existing",
    kubeconfig: cluster.kubeconfig,
    context: cluster.context,
    images: {
      kind: "command",
      command: ["npm", "run", "-s", "--prefix", clone, "cluster", "--", "import"],
    },
  },
  images: { from: "source", base: "machine" },
  platform: {
    operators: { keda: "none", "cert-manager": "none", "envoy-gateway": "none" },
    charts: { dapr: { chart: daprChart } },
    values: {
      dapr: {
        global: { registry: cluster.dapr.registry, tag: cluster.dapr.tag },
      },
    },
  },
  kafka: {
    engine: "external",
    brokers: cluster.kafka.brokers,
    mechanism: cluster.kafka.mechanism,
    tls: false,
    admin: { username: cluster.kafka.username, password: cluster.kafka.password },
  },
  postgres: {
    engine: "external",
    host: cluster.postgres.host,
    port: cluster.postgres.port,
    tls: false,
    admin: { username: cluster.postgres.username, password: cluster.postgres.password },
  },
  redis: { engine: "cluster", tls: false },
  mail: { host: cluster.mail.host, port: cluster.mail.port, from: "todo@todo.example" },
  thirdPartyImages: { redis: imageOf(cluster.redisImage) },
  ingress: { enabled: false },
  allowedOrigins: [frontUrl],
  observability: { prometheus: "none", tracing: false, kafkaConsole: false },
});

/** A reference as the configuration wants it. */
const imageOf = (reference: string): { repository: string; tag: string } => {
  const at = reference.lastIndexOf(":");
  return { repository: reference.slice(0, at), tag: reference.slice(at + 1) };
};
