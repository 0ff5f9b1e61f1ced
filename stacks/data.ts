import * as pulumi from "@pulumi/pulumi";
import { usersOf } from "#apps/contracts/services.ts";
import { configCommand } from "#components/config-command.ts";
import type { ImageOverrides } from "#components/images.ts";
import { imageOf } from "#components/images.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import { topicSpecs } from "#components/kafka/topics.ts";
import type { KafkaTuning } from "#components/kafka/tuning.ts";
import { userSpecs, viewerSpec } from "#components/kafka/users.ts";
import type { NetworkPeer, Place } from "#components/place.ts";
import { operators } from "#components/platform/operators.ts";
import type { Platform } from "#components/platform/platform.ts";
import type { Postgres } from "#components/postgres/postgres.ts";
import type { ProvisionImage } from "#components/provision/provision-job.ts";
import type { Redis } from "#components/redis/redis.ts";
import type { ManagedKafkaConfig } from "#infra/managed/config.ts";
import { brokerLosses } from "#infra/managed/limits/broker.ts";
import { limitsOf } from "#infra/managed/limits/limits.ts";
import type { ManagedArgs } from "#infra/managed/managed.ts";
import { makeBackups, makeKafka, makePostgres, makeRedis } from "#infra/managed/services.ts";
import { missingBackup } from "./backups.ts";
import type { KubernetesConfig } from "./config.ts";

export type DataArgs = {
  /** Where the cluster's cloud can be asked for services of its own. */
  readonly managed: () => ManagedArgs;
  readonly config: KubernetesConfig;
  readonly place: Place;
  readonly platform: Platform;
  readonly password: (name: string) => pulumi.Output<string>;
  /** Brings servers that stand elsewhere into line. */
  readonly provision: ProvisionImage;
  /** Pods that read measures, and tools that look at everything. */
  readonly monitoring: readonly NetworkPeer[];
  readonly tools: readonly NetworkPeer[];
  readonly options: pulumi.ComponentResourceOptions;
};

/** Kafka by the engine that the configuration names; only that one is loaded. */
export async function createKafka(args: DataArgs): Promise<Kafka> {
  const { config, platform, monitoring, tools } = args;
  const { kafka } = config;
  const common = { place: args.place, password: args.password, tuning: kafka.tuning };
  const access = { clients: tools, monitoring };
  switch (kafka.engine) {
    case "strimzi": {
      const { StrimziKafka } = await import("#components/kafka/strimzi-kafka.ts");
      const operatorNamespace = operators.strimzi.namespace;
      return new StrimziKafka(
        "kafka",
        { ...common, access, operatorNamespace },
        after(args, platform.ready("strimzi")),
      );
    }
    case "redpanda": {
      const { RedpandaKafka } = await import("#components/kafka/redpanda-kafka.ts");
      return new RedpandaKafka(
        "kafka",
        {
          ...common,
          access,
          operatorNamespace: operators["redpanda-operator"].namespace,
          charts: config.platform,
          pullSecrets: args.provision.pullSecrets,
        },
        after(args, platform.ready("redpanda-operator", "cert-manager")),
      );
    }
    case "external": {
      const { ExternalKafka } = await import("#components/kafka/external-kafka.ts");
      const { brokers, mechanism, tls, admin } = kafka;
      const users = kafka.accounts === "managed" ? kafka.accounts : kafka.users;
      return new ExternalKafka(
        "kafka",
        { ...common, brokers, mechanism, tls, admin, users, provision: args.provision },
        args.options,
      );
    }
    default:
      return createManagedKafka(args, kafka);
  }
}

/** Kafka that the cluster's cloud runs; what the operator has to do without there is told. */
async function createManagedKafka(
  args: DataArgs,
  { tuning, ...config }: ManagedKafkaConfig & { readonly tuning: Partial<KafkaTuning> },
): Promise<Kafka> {
  const { place, password, provision, options } = args;
  for (const loss of brokerLosses(limitsOf(config).limits)) await pulumi.log.warn(loss);
  const [{ ExternalKafka }, made] = await Promise.all([
    import("#components/kafka/external-kafka.ts"),
    makeKafka(config, {
      ...args.managed(),
      topics: topicSpecs(place.size, tuning.topics, "brokers"),
      users: [...userSpecs(), viewerSpec],
    }),
  ]);
  const provisioning = "made" in made ? made : { ...made, provision };
  return new ExternalKafka("kafka", { place, password, tuning, ...provisioning }, options);
}

/** PostgreSQL by the engine that the configuration names. */
export async function createPostgres(args: DataArgs): Promise<Postgres> {
  const { config } = args;
  const { postgres } = config;
  const common = { place: args.place, password: args.password, stateIn: config.stateStore };
  switch (postgres.engine) {
    case "cloudnative-pg": {
      const { CloudNativePg } = await import("#components/postgres/cloud-native-pg.ts");
      const { restore, storage } = postgres;
      for (const warning of missingBackup(config)) await pulumi.log.warn(warning);
      const { backup, ready } = await backupOf(postgres, args);
      return new CloudNativePg(
        "postgres",
        {
          ...common,
          image: imageOf("postgres", config.thirdPartyImages as ImageOverrides),
          pullSecrets: args.provision.pullSecrets,
          operatorNamespace: operators["cloudnative-pg"].namespace,
          monitoring: args.monitoring,
          tuning: storage === undefined ? {} : { storage },
          restore,
          backup,
        },
        after(args, [...args.platform.ready("cloudnative-pg"), ...ready]),
      );
    }
    case "external": {
      const { ExternalPostgres } = await import("#components/postgres/external-postgres.ts");
      const { host, port, database, admin, tls } = postgres;
      return new ExternalPostgres(
        "postgres",
        { ...common, host, port, database, admin, tls, provision: args.provision },
        args.options,
      );
    }
    default: {
      const { ExternalPostgres } = await import("#components/postgres/external-postgres.ts");
      const made = await makePostgres(postgres, args.managed());
      return new ExternalPostgres(
        "postgres",
        { ...common, ...made, provision: args.provision },
        args.options,
      );
    }
  }
}

type OwnPostgres = Extract<KubernetesConfig["postgres"], { engine: "cloudnative-pg" }>;

/** Where the backups go: to a store with an address, or to one of the cluster's cloud. */
async function backupOf({ backup }: OwnPostgres, args: DataArgs) {
  if (!backup) return { ready: [] };
  if ("store" in backup) {
    const { retentionDays, ...store } = backup;
    const { ready, ...made } = await makeBackups(store, { ...args.managed(), writer: "postgres" });
    return { backup: { ...made, retentionDays }, ready };
  }
  const { accessKeyId, secretAccessKey, ...store } = backup;
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return { backup: { ...store, credentials }, ready: [] };
}

/** Redis by the engine that the configuration names. */
export async function createRedis(args: DataArgs): Promise<Redis> {
  const { redis } = args.config;
  switch (redis.engine) {
    case "cluster": {
      const { ClusterRedis } = await import("#components/redis/cluster-redis.ts");
      return new ClusterRedis(
        "redis",
        {
          place: args.place,
          password: args.password,
          image: imageOf("redis", args.config.thirdPartyImages as ImageOverrides),
          pullSecrets: args.provision.pullSecrets,
          tls: redis.tls && "cert-manager",
          clients: args.tools,
        },
        after(args, args.platform.ready("cert-manager")),
      );
    }
    case "external": {
      const { ExternalRedis } = await import("#components/redis/external-redis.ts");
      const { host, port, username, password, tls } = redis;
      return new ExternalRedis(
        "redis",
        { place: args.place, host, port, username, password, tls },
        args.options,
      );
    }
    default: {
      const { ExternalRedis } = await import("#components/redis/external-redis.ts");
      const made = await makeRedis(redis, args.managed());
      return new ExternalRedis("redis", { place: args.place, ...made }, args.options);
    }
  }
}

/** The mail server that the configuration names; a stack whose services send mail must name one. */
export async function createMail({ config, place, options }: DataArgs) {
  const { mail } = config;
  if (!mail) return undefined;
  const { ExternalMail } = await import("#components/mail/external-mail.ts");
  const { host, port, from, username, password, tls } = mail;
  const account = username && password ? { username, password } : undefined;
  return new ExternalMail(
    "mail",
    { place, host, port, from, account, verified: tls === "public" },
    options,
  );
}

/** What to say of a stack whose services send mail and that has no server for it. */
export const missingMail = ({ mail }: Pick<KubernetesConfig, "mail">): string[] =>
  mail || usersOf("mail").length === 0
    ? []
    : [
        `Configuration key mail.host is not set: ${usersOf("mail").join(", ")} sends mail. ` +
          `Set it, and mail.from: ${configCommand("set --path mail.host <value>")}`,
      ];

/** Custom resources wait for the operator that reads them, and go before it. */
const after = (
  { options }: DataArgs,
  ready: readonly pulumi.Resource[],
): pulumi.ComponentResourceOptions => ({
  ...options,
  dependsOn: [...((options.dependsOn ?? []) as pulumi.Resource[]), ...ready],
});
