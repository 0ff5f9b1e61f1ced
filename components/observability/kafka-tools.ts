import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { ImageOverrides } from "#components/images.ts";
import { imageOf } from "#components/images.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { Place } from "#components/place.ts";
import type { WorkloadArgs } from "./workload.ts";

export const consoleName = "redpanda-console";
export const kafkaExporterName = "kafka-exporter";
export const kafkaExporterPort = 9_308;
const caFile = "/etc/kafka-ca/ca.crt";

type KafkaToolArgs = {
  readonly place: Place;
  readonly kafka: Kafka;
  readonly images: ImageOverrides;
  readonly pullSecrets: readonly string[];
};

/** Shows topics, records and consumers of whatever engine, and may change nothing. */
export const consoleWorkload = ({
  place,
  kafka,
  images,
  pullSecrets,
}: KafkaToolArgs): WorkloadArgs => ({
  place,
  image: imageOf("redpanda-console", images),
  args: ["--config.filepath=/etc/console/config.yaml"],
  // Kept out of the file, which is no Secret.
  env: { KAFKA_SASL_PASSWORD: kafka.viewer.password },
  ports: { http: 8_080 },
  health: { port: "http", path: "/admin/health" },
  resources: { cpu: "20m", memory: place.size === "prod" ? "512Mi" : "256Mi" },
  config: {
    file: "/etc/console/config.yaml",
    content: pulumi
      .all([kafka.brokers, kafka.viewer.username])
      .apply(([brokers, username]) =>
        stringify(consoleConfig(brokers.split(","), username, kafka), { lineWidth: 0 }),
      ),
  },
  ...caOf(kafka),
  pullSecrets,
});

/** Redpanda Console's configuration, all but the password. */
const consoleConfig = (
  brokers: readonly string[],
  username: string,
  { mechanism, tls }: Pick<Kafka, "mechanism" | "tls">,
) => ({
  kafka: {
    brokers,
    sasl: { enabled: true, mechanism, username },
    tls: { enabled: tls !== false, ...(hasOwnAuthority(tls) && { caFilepath: caFile }) },
  },
  server: { listenPort: 8_080 },
});

/** The exporter's words for the mechanisms. */
const mechanisms = {
  "SCRAM-SHA-512": "scram-sha512",
  "SCRAM-SHA-256": "scram-sha256",
  PLAIN: "plain",
} as const;

/** Measures lag, offsets and replicas of whatever engine, in one set of names. */
export const kafkaExporterWorkload = ({
  place,
  kafka,
  images,
  pullSecrets,
}: KafkaToolArgs): WorkloadArgs => ({
  place,
  image: imageOf("kafka-exporter", images),
  args: pulumi.all([kafka.brokers, kafka.viewer.username]).apply(([brokers, username]) => [
    ...brokers.split(",").map((broker) => `--kafka.server=${broker}`),
    `--kafka.version=${kafka.version}`,
    "--sasl.enabled",
    `--sasl.mechanism=${mechanisms[kafka.mechanism]}`,
    `--sasl.username=${username}`,
    // The kubelet fills it in from the environment.
    "--sasl.password=$(KAFKA_PASSWORD)",
    ...(kafka.tls ? ["--tls.enabled"] : []),
    ...(hasOwnAuthority(kafka.tls) ? [`--tls.ca-file=${caFile}`] : []),
  ]),
  env: { KAFKA_PASSWORD: kafka.viewer.password },
  ports: { metrics: kafkaExporterPort },
  health: { port: "metrics", path: "/healthz" },
  resources: { cpu: "10m", memory: "64Mi" },
  ...caOf(kafka),
  pullSecrets,
});

const hasOwnAuthority = (tls: Kafka["tls"]): tls is Exclude<Kafka["tls"], "public" | false> =>
  typeof tls === "object";

const caOf = ({ tls }: Kafka): Pick<WorkloadArgs, "secretFiles"> =>
  hasOwnAuthority(tls) ? { secretFiles: { [caFile]: tls.caCertificate } } : {};
