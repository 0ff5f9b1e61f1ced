import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { appIds } from "#apps/contracts/services.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { Place } from "#components/place.ts";
import type { Recorded } from "#components/recording.ts";
import { record } from "#components/recording.ts";
import type { Redis } from "#components/redis/redis.ts";
import type { ObservabilityArgs } from "./observability.ts";
import { Observability } from "./observability.ts";
import { PrometheusStack } from "./prometheus-stack.ts";

const place: Place = {
  namespace: "todo",
  size: "prod",
  storageClass: "fast",
  zones: false,
  keepData: false,
};
const reach = { peers: [{ podSelector: { matchLabels: { kafka: "yes" } } }], ports: [9_093] };

const kafka = (
  tls: Kafka["tls"] = { caCertificate: { name: "kafka-ca", key: "ca.pem" } },
): Kafka => ({
  brokers: pulumi.output("one:9093,two:9093"),
  version: "3.9.0",
  mechanism: "SCRAM-SHA-512",
  tls,
  userOf: () => undefined,
  viewer: { username: "viewer", password: { name: "viewer", key: "password" } },
  ready: [],
  reach,
});
const redis = (): Redis => ({
  accessFor: () => ({ url: { name: "redis", key: "url" } }),
  address: pulumi.output("redis:6379"),
  passwordText: pulumi.secret("password"),
  username: "watcher",
  password: { name: "redis", key: "password" },
  tls: { caCertificate: { name: "redis-ca", key: "ca.crt" } },
  ready: [],
  reach: { ...reach, ports: [6_379] },
});

const recorded = (change: Partial<ObservabilityArgs> = {}) =>
  record(() => {
    new Observability("observability", {
      place,
      parts: { metrics: true, tracing: true, console: true },
      kafka: kafka(),
      brokers: 3,
      redis: redis(),
      postgres: "with-backups",
      certManager: true,
      daprNamespace: "dapr-system",
      monitoringNamespace: "monitoring",
      sampling: { kind: "share", share: 0.1 },
      runbooks: "https://x.test/runbooks.md",
      images: {},
      pullSecrets: ["mirror"],
      prometheusReady: [],
      ...change,
    });
  });

const ofKind = (all: Recorded[], kind: string) =>
  all.filter(({ inputs, type }) => inputs.kind === kind || type.endsWith(`:${kind}`));
const deployment = (all: Recorded[], name: string) =>
  ofKind(all, "Deployment").find((one) => one.name === name)?.inputs.spec.template.spec;

describe("a stack with all parts", () => {
  test("brings them, and what it measures follows from the contracts", async () => {
    const all = await recorded();
    expect(new Set(ofKind(all, "Deployment").map(({ name }) => name))).toEqual(
      new Set(["zipkin", "otel-collector", "redpanda-console", "kafka-exporter", "redis-exporter"]),
    );
    const monitors = ofKind(all, "PodMonitor");
    expect(monitors.map(({ inputs }) => inputs.metadata.name).sort()).toEqual([
      "exporters",
      "postgres",
      "services",
      "sidecars",
    ]);
    const services = monitors.find(({ inputs }) => inputs.metadata.name === "services");
    expect(services?.inputs.spec.selector.matchExpressions[0].values).toEqual([...appIds]);
    expect(ofKind(all, "PrometheusRule")).toHaveLength(1);
    expect(all.filter(({ name }) => name.startsWith("dashboard-"))).toHaveLength(6);
  });

  test("runs every pod as `restricted` asks, with bounds, probes and pinned images", async () => {
    const all = await recorded();
    for (const { name, inputs } of ofKind(all, "Deployment")) {
      const pod = inputs.spec.template.spec;
      expect(pod.securityContext, name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod.automountServiceAccountToken, name).toBe(false);
      expect(pod.imagePullSecrets, name).toEqual([{ name: "mirror" }]);
      expect(pod.containers, name).toHaveLength(1);
      const [container] = pod.containers;
      expect(container.securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits.memory, name).toBe(container.resources.requests.memory);
      expect(container.image, name).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
      const ports = container.ports.map((port: { name: string }) => port.name);
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        expect(ports, name).toContain(container[probe].httpGet.port);
      }
    }
  });

  test("comes to the brokers as the viewer, by their own authority, its password from a Secret", async () => {
    const all = await recorded();
    const [exporter] = deployment(all, "kafka-exporter").containers;
    expect(exporter.args).toEqual([
      "--kafka.server=one:9093",
      "--kafka.server=two:9093",
      "--kafka.version=3.9.0",
      "--sasl.enabled",
      "--sasl.mechanism=scram-sha512",
      "--sasl.username=viewer",
      "--sasl.password=$(KAFKA_PASSWORD)",
      "--tls.enabled",
      "--tls.ca-file=/etc/kafka-ca/ca.crt",
    ]);
    expect(exporter.env).toEqual([
      {
        name: "KAFKA_PASSWORD",
        valueFrom: { secretKeyRef: { name: "viewer", key: "password" } },
      },
    ]);
    const { volumes } = deployment(all, "redpanda-console");
    expect(volumes).toContainEqual({
      name: "secret-0",
      secret: { secretName: "kafka-ca", items: [{ key: "ca.pem", path: "ca.crt" }] },
    });
    const config = ofKind(all, "ConfigMap").find(({ name }) => name === "redpanda-console");
    expect(config?.inputs.data["config.yaml"]).toContain("caFilepath: /etc/kafka-ca/ca.crt");
    expect(config?.inputs.data["config.yaml"]).not.toContain("password");
  });

  test.each(["public", false] as const)("needs no authority when TLS is %s", async (tls) => {
    const all = await recorded({ kafka: kafka(tls) });
    const pod = deployment(all, "kafka-exporter");
    expect(pod.containers[0].args.includes("--tls.enabled")).toBe(tls !== false);
    expect(JSON.stringify(pod)).not.toContain("kafka-ca");
  });

  test("rolls its pods when their configuration changes: it has no fixed name", async () => {
    for (const { inputs } of ofKind(await recorded(), "ConfigMap")) {
      expect(inputs.metadata.name).toBeUndefined();
    }
  });
});

describe("parts that are left out", () => {
  test("without metrics there is nothing for an operator that may be absent", async () => {
    const all = await recorded({ parts: { metrics: false, tracing: true, console: true } });
    expect(
      all.filter(({ inputs }) => /monitoring\.coreos\.com/.test(inputs.apiVersion ?? "")),
    ).toEqual([]);
    expect(new Set(ofKind(all, "Deployment").map(({ name }) => name))).toEqual(
      new Set(["zipkin", "otel-collector", "redpanda-console"]),
    );
  });

  test("without tracing and console only exporters run, and Redis only where it is measured", async () => {
    const parts = { metrics: true, tracing: false, console: false };
    const all = await recorded({ parts, redis: undefined, postgres: false });
    expect(ofKind(all, "Deployment").map(({ name }) => name)).toEqual(["kafka-exporter"]);
    expect(ofKind(all, "PodMonitor").map(({ inputs }) => inputs.metadata.name)).not.toContain(
      "postgres",
    );
    expect(JSON.stringify(ofKind(all, "PrometheusRule"))).not.toContain("redis_up");
  });
});

test("monitors wait for the operator where the stack installs it", async () => {
  const all = await record(() => {
    const stack = new PrometheusStack("prometheus", {
      namespace: "monitoring",
      size: "dev",
      storageClass: undefined,
      daprNamespace: "dapr-system",
      certManager: true,
      grafanaPassword: pulumi.secret("any"),
      charts: { charts: {}, values: {} },
    });
    new Observability("observability", {
      ...baseArgs(),
      prometheusReady: stack.ready,
    });
  });
  for (const one of [...ofKind(all, "PrometheusRule"), ...ofKind(all, "PodMonitor")]) {
    expect(one.dependsOn.join(), one.name).toContain("kube-prometheus-stack");
  }
});

const baseArgs = (): ObservabilityArgs => ({
  place,
  parts: { metrics: true, tracing: false, console: false },
  kafka: kafka(),
  brokers: undefined,
  redis: undefined,
  postgres: false,
  certManager: false,
  daprNamespace: "dapr-system",
  monitoringNamespace: "monitoring",
  sampling: { kind: "all" },
  runbooks: "https://x.test/runbooks.md",
  images: {},
  pullSecrets: [],
  prometheusReady: [],
});
