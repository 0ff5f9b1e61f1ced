import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import type { Place } from "#components/place.ts";
import { record, secretMark } from "#components/recording.ts";
import { daprFacts as facts, kafka } from "#components/testing/samples.ts";
import type { HonoServiceArgs } from "./hono-service.ts";
import { HonoService } from "./hono-service.ts";
import { podResources, replicasOf, shutdown } from "./pod.ts";
import { mostReplicas } from "./scaling.ts";

const place: Place = {
  namespace: "todo",
  size: "prod",
  storageClass: undefined,
  zones: true,
  keepData: true,
};

const argsOf = (appId: HonoServiceArgs["appId"], changes: Partial<HonoServiceArgs> = {}) => ({
  appId,
  place,
  image: "registry.example/todo-x:sha-1",
  pullSecrets: [],
  env: {
    TOKEN_SECRET: pulumi.secret("canary-token"),
    PUBLIC_URL: "https://todo.example",
    OPERATORS: "",
    OPERATOR_PASSWORD: pulumi.secret("canary-operator"),
    OIDC_ISSUER: "",
    OIDC_AUDIENCE: "",
    GATEWAY: "",
    PAGE_FOLDER: "page",
    ACTIVITY_RETENTION_DAYS: "30",
    RATE_LIMITS: "off",
    TRUSTED_PROXIES: "1",
    ALLOWED_ORIGINS: "",
  },
  database: {
    url: { name: `${appId}-database`, key: "url" },
    caCertificate: { name: "postgres-ca", key: "ca.crt" },
    ready: [],
  },
  redis: contractOf(appId).redis
    ? {
        url: { name: `${appId}-redis`, key: "url" },
        caCertificate: { name: "redis-ca", key: "ca.crt" },
      }
    : undefined,
  kafka,
  facts,
  password: (name: string) => pulumi.secret(`canary-${name}`),
  identity: { serviceAccountAnnotations: {}, podLabels: {} },
  autoscaling: true,
  logLevel: "info",
  sidecarNeeds: [],
  ...changes,
});

const recordService = (appId: HonoServiceArgs["appId"], changes: Partial<HonoServiceArgs> = {}) =>
  record(() => new HonoService(appId, argsOf(appId, changes)));

const find = (all: Awaited<ReturnType<typeof record>>, type: string) => {
  const found = all.find((resource) => resource.type.endsWith(`:${type}`));
  if (!found) throw new Error(`no ${type} was registered`);
  return found.inputs;
};

describe.each(appIds)("the service %s", (appId) => {
  test("has its port, probes and name from the contract", async () => {
    const all = await recordService(appId);
    const [container] = find(all, "Deployment").spec.template.spec.containers;
    expect(container.name).toBe(appId);
    expect(container.ports[0].containerPort).toBe(contractOf(appId).port);
    expect(container.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "http" });
    expect(find(all, "Service").spec).toMatchObject({
      type: "ClusterIP",
      ports: [{ port: contractOf(appId).port, targetPort: "http" }],
    });
  });

  test("holds to the restricted level of pod security", async () => {
    const { spec } = find(await recordService(appId), "Deployment").spec.template;
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
    for (const container of spec.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  test("has no secret outside a Secret", async () => {
    const all = await recordService(appId);
    const elsewhere = all.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    expect(JSON.stringify(elsewhere)).not.toContain("canary");
    const secrets = all.filter(({ type }) => type === "kubernetes:core/v1:Secret");
    for (const { inputs } of secrets) expect(inputs.stringData).toHaveProperty(secretMark);
  });

  test("asks for exactly the environment of its contract", async () => {
    const all = await recordService(appId);
    const secret = all.find(({ name }) => name === `${appId}-env`);
    const env = secret?.inputs.stringData[secretMark] ?? {};
    const [container] = find(all, "Deployment").spec.template.spec.containers;
    expect(container.envFrom === undefined).toBe(secret === undefined);
    const names = [...Object.keys(env), ...container.env.map(({ name }: { name: string }) => name)];
    expect(names).toEqual(expect.arrayContaining([...contractOf(appId).env]));
  });

  test("is given the address of Redis, and what to trust, where its contract has it", async () => {
    const { spec } = find(await recordService(appId), "Deployment").spec.template;
    const named = (list: { name: string }[], name: string) => list.find((it) => it.name === name);
    const [container] = spec.containers;
    const declared = contractOf(appId).redis === true;
    expect(named(container.env, "REDIS_URL")).toEqual(
      declared
        ? {
            name: "REDIS_URL",
            valueFrom: { secretKeyRef: { name: `${appId}-redis`, key: "url" } },
          }
        : undefined,
    );
    expect(named(container.volumeMounts, "redis-ca") !== undefined).toBe(declared);
    expect(named(spec.volumes, "redis-ca") !== undefined).toBe(declared);
  });

  test("finds the authority of PostgreSQL where that keeps its state, without a database too", async () => {
    const certificate = { name: "state-ca", key: "ca.crt" };
    const url = { secret: { name: "postgres-statestore", key: "url" } };
    const statePostgres = { url, caCertificate: certificate };
    const changes = { database: undefined, facts: { ...facts, statePostgres } };
    const { metadata, spec } = find(await recordService(appId, changes), "Deployment").spec
      .template;
    const volume = spec.volumes.find(({ name }: { name: string }) => name === "postgres-ca");
    if (contractOf(appId).state) {
      expect(metadata.annotations["dapr.io/volume-mounts"]).toBe(
        "postgres-ca:/etc/todo/postgres-ca",
      );
      expect(volume.secret.secretName).toBe("state-ca");
    } else {
      expect(metadata.annotations).not.toHaveProperty("dapr.io/volume-mounts");
      expect(volume).toBeUndefined();
    }
  });

  test("leaves the number of replicas to its scaler, or says it where there is none", async () => {
    const scaled = find(await recordService(appId), "Deployment").spec;
    expect(scaled).not.toHaveProperty("replicas");
    const fixed = find(await recordService(appId, { autoscaling: false }), "Deployment").spec;
    expect(fixed.replicas).toBe(replicasOf(appId, "prod"));
  });

  test("starts pods only after its migrations, and its scaler goes before its Deployment", async () => {
    const all = await recordService(appId);
    const deployment = all.find(({ type }) => type.endsWith(":Deployment"));
    const job = all.find(({ type }) => type.endsWith(":Job"));
    const scaler = all.find(({ type }) => type.endsWith(":ScaledObject"));
    expect(deployment?.dependsOn).toContain(job?.urn);
    expect(scaler?.dependsOn).toContain(deployment?.urn);
  });
});

test("a scaler has a trigger for each topic, and no more replicas than partitions", async () => {
  const consumers = appIds.filter((appId) => subscriptionsOf(contractOf(appId)).length > 0);
  expect(consumers.length).toBeGreaterThan(0);
  for (const appId of consumers) {
    const { spec } = find(await recordService(appId), "ScaledObject");
    const topics = subscriptionsOf(contractOf(appId)).map(([topic]) => topic);
    const triggers = spec.triggers.filter(({ type }: { type: string }) => type === "kafka");
    expect(triggers.map((one: { metadata: { topic: string } }) => one.metadata.topic)).toEqual(
      topics,
    );
    for (const { metadata } of triggers) expect(metadata.consumerGroup).toBe(appId);
    expect(spec.maxReplicaCount).toBe(mostReplicas(appId, "prod"));
  }
});

test("a pod may take longer to go than everything in it together", () => {
  const { stillServesSeconds, drainSeconds, gracePeriodSeconds } = shutdown;
  expect(gracePeriodSeconds).toBeGreaterThan(stillServesSeconds + drainSeconds);
});

test("a changed component starts the pods anew", async () => {
  const hashOf = async (changed: DaprFacts) =>
    find(await recordService("audit", { facts: changed }), "Deployment").spec.template.metadata
      .annotations["todo-evolution/dapr-resources"];
  const before = await hashOf(facts);
  expect(await hashOf(facts)).toBe(before);
  expect(await hashOf({ ...facts, kafka: { ...facts.kafka, brokers: "other:9093" } })).not.toBe(
    before,
  );
});

test("on a laptop there is one replica, no budget, and less is asked for", async () => {
  const all = await recordService("audit", {
    place: { ...place, size: "dev", zones: false },
    autoscaling: false,
  });
  expect(find(all, "Deployment").spec.replicas).toBe(1);
  expect(all.some(({ type }) => type.endsWith(":PodDisruptionBudget"))).toBe(false);
  expect(podResources("audit", "dev").app).not.toEqual(podResources("audit", "prod").app);
});

test.each(["dev", "prod"] as const)(
  "who answers requests goes before who works off events (%s)",
  (size) => {
    const millis = (cpu: unknown) => Number(String(cpu).replace("m", ""));
    const weights = (isBackground: boolean) =>
      appIds
        .filter((appId) => Boolean(contractOf(appId).background) === isBackground)
        .map((appId) => {
          const { app, sidecar } = podResources(appId, size);
          const { requests } = app as { requests: { cpu: string } };
          return [millis(requests.cpu), millis(sidecar.cpuRequest)] as const;
        });
    for (const [app, sidecar] of weights(true)) {
      for (const [firstApp, firstSidecar] of weights(false)) {
        expect(app).toBeLessThan(firstApp / 2);
        expect(sidecar).toBeLessThan(firstSidecar / 2);
      }
    }
  },
);

test("a service that wants more replicas than its size asks for has them everywhere", async () => {
  const contract = contractOf("audit") as { leastReplicas?: number };
  contract.leastReplicas = 2;
  try {
    const dev = { place: { ...place, size: "dev", zones: false } } as const;
    const all = await recordService("audit", { ...dev, autoscaling: false });
    expect(find(all, "Deployment").spec.replicas).toBe(2);
    expect(all.some(({ type }) => type.endsWith(":PodDisruptionBudget"))).toBe(true);
    const scaled = await recordService("audit", dev);
    expect(find(scaled, "ScaledObject").spec.minReplicaCount).toBe(2);
  } finally {
    delete contract.leastReplicas;
  }
});
