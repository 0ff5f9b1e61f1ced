import * as pulumi from "@pulumi/pulumi";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { StackSize } from "#apps/contracts/topics.ts";
import { DaprResources } from "#components/dapr/resources.ts";
import { Gateway } from "#components/ingress/gateway.ts";
import { NetworkPolicies } from "#components/network/network-policies.ts";
import { Observability } from "#components/observability/observability.ts";
import { PrometheusStack } from "#components/observability/prometheus-stack.ts";
import { operators } from "#components/platform/operators.ts";
import { Platform, type PlatformArgs } from "#components/platform/platform.ts";
import { HonoService } from "#components/service/hono-service.ts";
import { daprFacts, database, kafka, redis } from "#components/testing/samples.ts";
import { engines } from "./engines.ts";
import { password, placeOf } from "./samples.ts";

/** Each component by itself: what it is called here, and a program that makes it in a size. */
export const alone: Readonly<Record<string, (size: StackSize) => unknown>> = {
  platform: (size) =>
    new Platform("platform", {
      size,
      operators: Object.fromEntries(
        Object.keys(operators).map((name) => [name, "install"]),
      ) as PlatformArgs["operators"],
      charts: { charts: {}, values: {} },
      untilReady: (namespace, { parent }) =>
        new pulumi.ComponentResource("test:index:Ready", namespace, {}, { parent }),
    }),
  ...engines,
  dapr: () => new DaprResources("dapr", { facts: daprFacts }),
  service: (size) => {
    for (const appId of appIds) {
      new HonoService(appId, {
        appId,
        place: placeOf(size),
        image: "registry.example.com/todo@sha256:0",
        pullSecrets: size === "prod" ? ["registry"] : [],
        env: {
          TOKEN_SECRET: password("token-secret"),
          PUBLIC_URL: "https://todo.example",
          OPERATORS: "",
          OPERATOR_PASSWORD: password("operator-password"),
          OIDC_ISSUER: "",
          OIDC_AUDIENCE: "",
          GATEWAY: "",
          PAGE_FOLDER: "page",
          ACTIVITY_RETENTION_DAYS: "30",
          RATE_LIMITS: "user=600/60,address=6000/60",
          TRUSTED_PROXIES: "1",
          ALLOWED_ORIGINS: "",
        },
        database: contractOf(appId).database ? database : undefined,
        redis: contractOf(appId).redis ? redis.accessFor(appId) : undefined,
        kafka,
        facts: daprFacts,
        password,
        identity: {
          serviceAccountAnnotations: { "example.com/identity": appId },
          podLabels: { "example.com/identity": "true" },
        },
        autoscaling: size === "prod",
        logLevel: "info",
        sidecarNeeds: [],
      });
    }
  },
  network: (size) =>
    new NetworkPolicies("network", {
      place: placeOf(size),
      facts: {
        kafka: { peers: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [9093] },
        postgres: { peers: [], ports: [5432] },
        redis: { peers: [{ podSelector: { matchLabels: { app: "redis" } } }], ports: [6379] },
        mail: { peers: [], ports: [587] },
        tracing: undefined,
        gateway: [{ podSelector: { matchLabels: { app: "proxy" } } }],
        monitoring: [],
        daprNamespace: "dapr-system",
      },
      others: [],
    }),
  "ingress, self-signed": (size) => gateway(size, { kind: "self-signed" }),
  "ingress, ACME": (size) =>
    gateway(size, { kind: "acme", server: "https://acme.example.com", email: "a@example.com" }),
  "ingress, a given issuer": (size) =>
    gateway(size, { kind: "given", name: "company", cluster: true }),
  observability: (size) =>
    new Observability("observability", {
      place: placeOf(size),
      parts: { metrics: true, tracing: true, console: true },
      kafka,
      brokers: 3,
      redis,
      postgres: size === "prod" ? "with-backups" : "without-backups",
      certManager: true,
      daprNamespace: "dapr-system",
      monitoringNamespace: "monitoring",
      sampling: size === "prod" ? { kind: "share", share: 0.1 } : { kind: "all" },
      runbooks: "https://example.com/runbooks.md",
      images: {},
      pullSecrets: size === "prod" ? ["registry"] : [],
      prometheusReady: [],
    }),
  "observability of a cluster": (size) =>
    new PrometheusStack("prometheus", {
      namespace: "monitoring",
      size,
      storageClass: placeOf(size).storageClass,
      daprNamespace: "dapr-system",
      certManager: true,
      grafanaPassword: password("grafana"),
      zipkinUrl: "http://zipkin:9411",
      charts: { charts: {}, values: {} },
    }),
};

const gateway = (size: StackSize, issuer: ConstructorParameters<typeof Gateway>[1]["issuer"]) =>
  new Gateway("gateway", {
    place: placeOf(size),
    className: "todo",
    makeClass: true,
    host: "todo.example.com",
    issuer,
    service: { type: "LoadBalancer", annotations: { "example.com/internal": "true" } },
  });
