import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { dapr } from "#apps/contracts/dapr.ts";
import type { GatewayFacts } from "#apps/contracts/gateway.ts";
import { type AppId, appIds, contractOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import { HostDaprControlPlane } from "#infra/host/dapr-control-plane.ts";
import { HostOperatorPage, operatorPath } from "#infra/host/operator-page.ts";
import { HostPage } from "#infra/host/page.ts";
import { Password } from "#infra/host/password.ts";
import { type PortPlan, planPorts } from "#infra/host/port-plan.ts";
import { daprPrograms } from "#infra/host/programs.ts";
import { HostService } from "#infra/host/service.ts";
import { hostStackOf } from "#infra/host/stack-folder.ts";
import { findPrograms } from "#toolchain/find.ts";
import { accountsEnv } from "./accounts.ts";
import type { LocalConfig } from "./config.ts";
import { localServices } from "./local-services.ts";
import { rateLimitsText } from "./rate-limits.ts";

const namespace = "todo";
const controlPlaneTrustDomain = "todo-evolution.local";
// Outside Kubernetes sentry has no Configuration to read another one from.
const trustDomain = "public";

/** The whole system as processes of this machine: what they stand on, then every service of the map. */
export async function createLocalStack(config: LocalConfig) {
  const stack = hostStackOf(join(import.meta.dirname, ".."));
  const ports = planPorts(config.portBase);
  const { kafka, postgres, redis, mail, zipkin } = await localServices(stack, ports, config);
  const programs = await findPrograms(daprPrograms);
  const operatorPage = new HostOperatorPage("ops", { stack, port: ports.operatorPage });
  const controlPlane = new HostDaprControlPlane("dapr", {
    stack,
    sentry: programs["dapr-sentry"].path,
    scheduler: programs["dapr-scheduler"].path,
    ports,
    namespace,
    trustDomain: controlPlaneTrustDomain,
  });

  const state = config.stateStore === "postgres" ? postgres.accessFor(dapr.stateStore) : undefined;
  const secretsFile = (replica: string) => join(stack.folder, "dapr", replica, "secrets.json");
  const factsFor = (replica: string): DaprFacts => ({
    namespace,
    trustDomain,
    kafka: {
      brokers: kafka.brokers,
      version: kafka.version,
      mechanism: "SCRAM-SHA-512",
      tls: false,
    },
    redis: {
      address: redis.address,
      username: redis.username,
      password: { secret: { name: "redis", key: "password" } },
      tls: false,
    },
    ...(state && { statePostgres: { url: { secret: { name: "state", key: "url" } } } }),
    mail: mail.server,
    secretStore: {
      type: "secretstores.local.file",
      metadata: { secretsFile: secretsFile(replica), multiValued: "true" },
    },
    tracing: { samplingRate: config.sampling, zipkinEndpoint: zipkin?.endpoint },
    batches: true, // its sidecars are mended
    // A file of this stack: by multicast a sidecar would also hear those of another clone.
    nameResolution: {
      component: "sqlite",
      configuration: {
        connectionString: join(stack.folder, "data", "names.sqlite"),
        // What it would clean up, after an hour, are the sidecars that are there, and they end by it.
        cleanupInterval: "0s",
      },
    },
  });

  const page = new HostPage("page", { stack, appId: "web", watch: config.watch });
  const baseUrl = `http://127.0.0.1:${ports.gateway}`;
  const accounts = accountsEnv(config, (name) => new Password(name, {}).value);
  const env = {
    ...accounts,
    PUBLIC_URL: baseUrl,
    GATEWAY: JSON.stringify(gatewayOf(ports, config, { [operatorPath]: [operatorPage.url] })),
    PAGE_FOLDER: page.folder,
    ACTIVITY_RETENTION_DAYS: "30",
    RATE_LIMITS: rateLimitsText(config.rateLimits),
    TRUSTED_PROXIES: "1",
    ALLOWED_ORIGINS: [
      baseUrl,
      baseUrl.replace("127.0.0.1", "localhost"),
      ...config.allowedOrigins,
    ].join(),
  };
  const created = appIds.map((appId) => {
    const contract = contractOf(appId);
    return new HostService(appId, {
      stack,
      appId,
      ports: portsOf(ports, config, appId),
      ...(appId === "web" && { besides: { gateway: ports.gateway } }),
      env,
      database: contract.database ? postgres.accessFor(appId) : undefined,
      redisUrl: contract.redis ? redis.urlFor(appId) : undefined,
      watch: config.watch,
      logLevel: config.logLevel,
      sidecar: {
        daprd: programs.daprd.path,
        facts: factsFor,
        secrets: secretsOf(appId, {
          redis: redis.password,
          mail: mail.password,
          state: state?.url,
        }),
        secretsFile,
        kafkaPassword: kafka.passwords[appId],
        controlPlaneTrustDomain,
        sentryAddress: controlPlane.sentryAddress,
        schedulerAddress: controlPlane.schedulerAddress,
        trustAnchors: controlPlane.trustAnchors,
        dependsOn: [
          ...[...kafka.ready, ...redis.ready, ...mail.ready, controlPlane.scheduler],
          ...(state && contract.state ? [state.role] : []),
        ],
      },
    });
  });

  const urls = Object.fromEntries(
    created.map((service, index) => [
      appIds[index],
      {
        url: service.urls[0],
        sidecarUrl: service.sidecarUrls[0],
        urls: service.urls,
        sidecarUrls: service.sidecarUrls,
      },
    ]),
  );
  return {
    baseUrl,
    stackFolder: stack.folder,
    services: urls,
    kafka: pulumi.secret({ brokers: kafka.brokers.split(","), ...kafka.admin }),
    postgres: pulumi.secret({ adminUrl: postgres.adminUrl }),
    redis: redis.address,
    mail: mail.url,
    ops: `${baseUrl}${operatorPath}`,
    operator: pulumi.secret({ email: config.operators[0], password: env.OPERATOR_PASSWORD }),
    zipkin: zipkin?.url,
    dapr: { sentry: controlPlane.sentryAddress, scheduler: controlPlane.schedulerAddress },
  };
}

/** The ports of those replicas of a service that run. */
const portsOf = (ports: PortPlan, { replicas }: LocalConfig, appId: AppId) =>
  ports.services[appId].slice(0, replicas[appId]);

/** What the gateway is told: where it listens, and the replicas of every public service. */
const gatewayOf = (
  ports: PortPlan,
  config: LocalConfig,
  besides: GatewayFacts["besides"],
): GatewayFacts => ({
  ...{ port: ports.gateway, besides },
  targets: Object.fromEntries(
    appIds
      .filter((appId) => contractOf(appId).publicPaths.length > 0)
      .map((appId) => [
        appId,
        portsOf(ports, config, appId).map(({ app }) => `http://127.0.0.1:${app}`),
      ]),
  ),
});

/** What the secret store of a sidecar holds: of the components that its service uses, no others. */
const secretsOf = (appId: AppId, kept: KeptSecrets): pulumi.Output<string> =>
  pulumi.output(kept).apply((secrets) => {
    const { state, bindings } = contractOf(appId);
    const stateSecret = secrets.state
      ? { state: { url: secrets.state } }
      : { redis: { password: secrets.redis } };
    return JSON.stringify({
      ...(state && stateSecret),
      ...(bindings?.includes("mail") && secrets.mail && { mail: { password: secrets.mail } }),
    });
  });

type KeptSecrets = {
  readonly redis: pulumi.Output<string>;
  /** Absent where the mail server takes mail without one. */
  readonly mail: pulumi.Output<string> | undefined;
  /** The URL of the state store's role, where it is in PostgreSQL. */
  readonly state: pulumi.Output<string> | undefined;
};
