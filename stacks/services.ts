import type * as pulumi from "@pulumi/pulumi";
import { dapr } from "#apps/contracts/dapr.ts";
import { appIds, contractOf, usersOf } from "#apps/contracts/services.ts";
import type { DaprFacts, MailServer } from "#components/dapr/facts.ts";
import { DaprResources } from "#components/dapr/resources.ts";
import { gatewayPeers } from "#components/ingress/gateway.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { ExternalMail } from "#components/mail/external-mail.ts";
import { NetworkPolicies } from "#components/network/network-policies.ts";
import type { Place } from "#components/place.ts";
import { operators } from "#components/platform/operators.ts";
import type { Platform } from "#components/platform/platform.ts";
import type { Postgres } from "#components/postgres/postgres.ts";
import type { Redis } from "#components/redis/redis.ts";
import { HonoService } from "#components/service/hono-service.ts";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { pageInImage } from "#infra/images/bundle.ts";
import type { ServiceImages } from "#infra/images/service-images.ts";
import type { ManagedSecrets } from "#infra/managed/managed.ts";
import { accountsEnv, issuerReach } from "./accounts.ts";
import type { KubernetesConfig } from "./config.ts";
import { type Observing, policiesOf } from "./observability.ts";
import { publicUrlOf, warnOfPublicUrl } from "./public-url.ts";
import { rateLimitsText } from "./rate-limits.ts";

// What sentry calls the services' own trust domain, as long as no Configuration names another.
const trustDomain = "public";

export type ServicesArgs = {
  readonly config: KubernetesConfig;
  readonly cluster: Cluster;
  readonly place: Place;
  readonly platform: Platform;
  readonly images: ServiceImages;
  readonly pullSecrets: readonly string[];
  readonly observing: Observing;
  readonly kafka: Kafka;
  readonly postgres: Postgres;
  readonly redis: Redis;
  readonly mail: ExternalMail | undefined;
  readonly vault: ManagedSecrets | undefined;
  /** A secret of the stack by its name. */
  readonly password: (name: string) => pulumi.Output<string>;
  readonly options: pulumi.ComponentResourceOptions;
};

/** Every service of the map, what its sidecar reads, and who may talk to whom. */
export function createServices(args: ServicesArgs) {
  const { config, cluster, place, platform, kafka, postgres, redis, password, options } = args;
  const facts = factsOf(args);
  const after = (...more: pulumi.Resource[]) => ({
    ...options,
    dependsOn: [...((options.dependsOn ?? []) as pulumi.Resource[]), ...more],
  });
  const resources = new DaprResources("dapr", { facts }, after(...platform.ready("dapr")));
  new NetworkPolicies(
    "network",
    {
      place,
      facts: {
        kafka: kafka.reach,
        postgres: postgres.reach,
        redis: redis.reach,
        stateIn: config.stateStore,
        mail: args.mail?.reach,
        issuer: issuerReach(config),
        secrets: args.vault?.reach,
        tracing: args.observing.tracing?.reach,
        gateway: config.ingress.enabled ? gatewayPeers : [],
        monitoring: args.observing.scrapers,
        daprNamespace: operators.dapr.namespace,
      },
      others: policiesOf(args.observing, args),
    },
    options,
  );
  warnOfPublicUrl(config);
  const publicUrl = publicUrlOf(config);
  const env = {
    ...accountsEnv(config, password),
    PUBLIC_URL: publicUrl,
    // The cluster has a gateway of its own.
    GATEWAY: "",
    PAGE_FOLDER: pageInImage,
    ACTIVITY_RETENTION_DAYS: String(config.activityDays),
    RATE_LIMITS: rateLimitsText(config.rateLimits),
    // The proxy of the gateway says where a request comes from; without one nobody does.
    TRUSTED_PROXIES: config.ingress.enabled ? "1" : "0",
    ALLOWED_ORIGINS: [publicUrl, ...config.allowedOrigins].join(),
  };
  return appIds.map((appId) => ({
    appId,
    service: new HonoService(
      appId,
      {
        appId,
        place,
        image: args.images.reference(appId),
        pullSecrets: args.pullSecrets,
        env,
        database: contractOf(appId).database ? postgres.accessFor(appId) : undefined,
        redis: contractOf(appId).redis ? redis.accessFor(appId) : undefined,
        kafka,
        facts,
        password,
        identity: cluster.identityOf(appId),
        autoscaling: platform.has("keda"),
        logLevel: config.logLevel,
        sidecarNeeds: [
          ...[...resources.ready, ...kafka.ready, ...redis.ready],
          ...[...(args.mail?.ready ?? []), ...(args.vault?.ready() ?? [])],
          ...(stateAccess(args)?.ready ?? []),
        ],
      },
      after(...platform.ready("keda")),
    ),
  }));
}

/** How sidecars come to the state store where PostgreSQL is behind it. */
const stateAccess = ({ config, postgres }: Pick<ServicesArgs, "config" | "postgres">) =>
  config.stateStore === "postgres" ? postgres.accessFor(dapr.stateStore) : undefined;

function factsOf({ config, observing: looked, ...args }: ServicesArgs): DaprFacts {
  const { place, kafka, redis, mail, vault } = args;
  const state = stateAccess({ ...args, config });
  return {
    namespace: place.namespace,
    trustDomain,
    controlPlane: {
      trustDomain: "cluster.local",
      sentryAddress: `dapr-sentry.${operators.dapr.namespace}.svc.cluster.local:443`,
    },
    kafka: {
      brokers: kafka.brokers,
      version: kafka.version,
      mechanism: kafka.mechanism,
      tls:
        kafka.tls && kafka.tls !== "public"
          ? { caCertificate: { secret: kafka.tls.caCertificate } }
          : kafka.tls,
      largestRecordBytes: kafka.largestRecordBytes,
    },
    redis: {
      address: redis.address,
      username: redis.username,
      password: { secret: redisSecretOf(redis, vault) },
      tls: redis.tls !== false,
    },
    statePostgres: state && { url: { secret: state.url }, caCertificate: state.caCertificate },
    mail: mail && mailServerOf(mail, config, vault),
    secretStore: vault?.component ?? "kubernetes",
    tracing: {
      samplingRate: looked.sampling,
      zipkinEndpoint: looked.tracing?.zipkinEndpoint,
    },
    mendedSidecar: config.mendedSidecar,
    batches: config.mendedSidecar !== undefined,
  };
}

/** Where sidecars find the password of the state store: in the vault, where there is one. */
const redisSecretOf = (redis: Redis, vault: ManagedSecrets | undefined) =>
  vault?.keep(
    "redis-password",
    redis.passwordText,
    appIds.filter((appId) => contractOf(appId).state),
  ) ?? redis.password;

/** The mail server, its password in the vault, where there are both. */
function mailServerOf(
  { server }: ExternalMail,
  { mail }: KubernetesConfig,
  vault: ManagedSecrets | undefined,
): MailServer {
  if (!vault || !server.account || !mail?.password) return server;
  const secret = vault.keep("mail-password", mail.password, usersOf("mail"));
  return { ...server, account: { ...server.account, password: { secret } } };
}
