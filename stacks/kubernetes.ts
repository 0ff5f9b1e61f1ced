import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dapr } from "#apps/contracts/dapr.ts";
import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, usersOf } from "#apps/contracts/services.ts";
import type { ChartOverrides } from "#components/charts.ts";
import type { DaprFacts, MailServer } from "#components/dapr/facts.ts";
import { DaprResources } from "#components/dapr/resources.ts";
import { Gateway, gatewayPeers } from "#components/ingress/gateway.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { ExternalMail } from "#components/mail/external-mail.ts";
import { namespaceObject, sidecarNamespaceLabels } from "#components/namespace.ts";
import { NetworkPolicies } from "#components/network/network-policies.ts";
import type { Place } from "#components/place.ts";
import { operators } from "#components/platform/operators.ts";
import { Platform } from "#components/platform/platform.ts";
import type { Postgres } from "#components/postgres/postgres.ts";
import type { Redis } from "#components/redis/redis.ts";
import { HonoService } from "#components/service/hono-service.ts";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { makePullSecret } from "#infra/clusters/pull-secret.ts";
import { untilReady } from "#infra/clusters/until-ready.ts";
import { Password } from "#infra/host/password.ts";
import { imagesOfStack, provisionImage } from "#infra/images/image-names.ts";
import { ServiceImages } from "#infra/images/service-images.ts";
import type { ManagedArgs, ManagedSecrets } from "#infra/managed/managed.ts";
import { makeSecrets } from "#infra/managed/services.ts";
import type { KubernetesConfig } from "./config.ts";
import { createKafka, createMail, createPostgres, createRedis, missingMail } from "./data.ts";
import { createObservability, type Observing, observing, policiesOf } from "./observability.ts";
import { missingOperators, operatorModes } from "./operator-modes.ts";
import { rateLimitsText } from "./rate-limits.ts";

// What sentry calls the services' own trust domain, as long as no Configuration names another.
const trustDomain = "public";
const clone = join(import.meta.dirname, "..");
/** Where logs of what runs on this machine go: builds of images, waiting for operators. */
const stackFolder = (): string => join(clone, ".local", "stacks", pulumi.getStack());

/** The system on a cluster, in layers: the platform, what data is kept in, the services. */
export async function createKubernetesStack(config: KubernetesConfig) {
  const keepData = config.keepData ?? config.size === "prod";
  const cluster = await openCluster(config.cluster, { namespace: config.namespace, keepData });
  const modes = operatorModes(config, cluster.offers);
  const missing = [...missingOperators(config, modes), ...missingMail(config)];
  if (missing.length > 0) throw new pulumi.RunError(missing.join("\n"));
  const place: Place = {
    namespace: config.namespace,
    size: config.size,
    storageClass: cluster.storageClass,
    zones: cluster.zones,
    keepData,
  };
  const onCluster = { providers: { kubernetes: cluster.provider } };

  const platform = new Platform(
    "platform",
    {
      size: config.size,
      operators: modes,
      ...overrides(config),
      untilReady: (namespace, opts) =>
        untilReady({ cluster, clone, stackFolder: stackFolder(), namespace }, opts),
    },
    { ...onCluster, dependsOn: [...cluster.ready] },
  );
  const namespace = new k8s.core.v1.Namespace(
    config.namespace,
    namespaceObject(config.namespace, "restricted", sidecarNamespaceLabels),
    { provider: cluster.provider, dependsOn: [...cluster.ready] },
  );
  const images = createImages(config, cluster);
  const puller = makePullSecret(cluster.images, config.namespace, {
    provider: cluster.provider,
    dependsOn: namespace,
  });
  const pullSecrets = [
    ...(config.images.from === "registry" ? config.images.pullSecrets : []),
    ...puller.names,
  ];
  // No pod starts in it, of whatever kind, before Dapr has looked at it.
  const inNamespace = {
    ...onCluster,
    dependsOn: [namespace, ...puller.ready, ...platform.ready("dapr")],
  };
  const looked = observing(config, place);
  const managed = () =>
    managedArgs(cluster, place, {
      ...onCluster,
      dependsOn: [namespace, ...platform.ready("external-secrets")],
    });
  const data = {
    managed,
    config,
    place,
    platform,
    password,
    provision: { image: images.reference(provisionImage), pullSecrets },
    monitoring: looked.scrapers,
    tools: looked.tools,
    options: inNamespace,
  };
  const kafka = await createKafka(data);
  const postgres = await createPostgres(data);
  const redis = await createRedis(data);
  const mail = await createMail(data);
  const vault = await createVault(config, managed);
  const parts = { config, cluster, place, platform, pullSecrets, observing: looked, kafka, redis };

  createObservability({ ...parts, password, onCluster, inNamespace });
  const services = createServices({
    ...parts,
    postgres,
    mail,
    vault,
    images,
    options: inNamespace,
  });
  const gateway = config.ingress.enabled
    ? new Gateway(
        "gateway",
        {
          place,
          className: cluster.gateway.className,
          makeClass: modes["envoy-gateway"] === "install",
          host: config.ingress.host,
          issuer: config.ingress.issuer,
          service: {
            type: cluster.gateway.serviceType,
            annotations: cluster.gateway.serviceAnnotations,
          },
        },
        {
          ...onCluster,
          dependsOn: [namespace, ...platform.ready("cert-manager", "envoy-gateway")],
        },
      )
    : undefined;
  return {
    namespace: config.namespace,
    baseUrl: gateway?.url ?? publicUrlOf(services),
    services: Object.fromEntries(
      services.map(({ appId, service }) => [appId, { url: service.url, address: service.address }]),
    ),
  };
}

/** A secret of the stack, made once and kept in its state. */
const password = (name: string): pulumi.Output<string> => new Password(name, {}).value;

const overrides = ({ platform }: KubernetesConfig) => ({
  charts: platform.charts as ChartOverrides,
  values: platform.values,
});

function createImages({ images }: KubernetesConfig, cluster: Cluster): ServiceImages {
  return new ServiceImages("images", {
    clone,
    stackFolder: stackFolder(),
    names: imagesOfStack(),
    images:
      images.from === "registry"
        ? { kind: "given", registry: images.registry, tag: images.tag }
        : { kind: "built", base: images.base, delivery: cluster.images },
  });
}

type ServicesArgs = {
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
  readonly options: pulumi.ComponentResourceOptions;
};

/** Every service of the map, what its sidecar reads, and who may talk to whom. */
function createServices(args: ServicesArgs) {
  const { config, cluster, place, platform, kafka, postgres, redis, options } = args;
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
  const env = {
    TOKEN_SECRET: password("token-secret"),
    // The cluster has a gateway of its own.
    GATEWAY: "",
    DEVELOPMENT_ISSUER: String(config.developmentIssuer),
    ACTIVITY_RETENTION_DAYS: String(config.activityDays),
    RATE_LIMITS: rateLimitsText(config.rateLimits),
    // The proxy of the gateway says where a request comes from; without one nobody does.
    TRUSTED_PROXIES: config.ingress.enabled ? "1" : "0",
    ALLOWED_ORIGINS: [
      ...(config.ingress.enabled ? [`https://${config.ingress.host}`] : []),
      ...config.allowedOrigins,
    ].join(),
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

/** A vault of the cluster's cloud, where the configuration names one. */
const createVault = async ({ secrets }: KubernetesConfig, managed: () => ManagedArgs) =>
  secrets.store === "kubernetes" ? undefined : await makeSecrets(secrets, managed());

/** @throws RunError on a cluster in no cloud, which the configuration has ruled out before */
function managedArgs(
  { home, identityOf }: Cluster,
  place: Place,
  onCluster: pulumi.ComponentResourceOptions,
): ManagedArgs {
  if (!home) throw new pulumi.RunError("A cluster in no cloud has no managed services.");
  return { home, place, password, identityOf, onCluster };
}

/** Where the API is inside the network of the cluster, for a stack without a gateway. */
const publicUrlOf = (services: readonly { appId: AppId; service: HonoService }[]) =>
  services.find(({ appId }) => contractOf(appId).publicPaths.includes("/api"))?.service.address;
