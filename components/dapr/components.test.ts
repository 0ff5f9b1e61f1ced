import { describe, expect, test } from "vitest";
import { type AppId, appIds, contractOf, services } from "#apps/contracts/services.ts";
import { type Topic, topics } from "#apps/contracts/topics.ts";
import { daprFacts } from "#components/testing/samples.ts";
import { componentsOf, publishableBy } from "./components.ts";
import { configurationOf } from "./configuration.ts";
import type { DaprFacts } from "./facts.ts";
import { sidecarManifests } from "./sidecar.ts";
import { resiliencyManifest, subscriptionManifests } from "./subscriptions.ts";

const facts: DaprFacts = {
  ...daprFacts,
  secretStore: { type: "secretstores.local.file", metadata: { secretsFile: "/s.json" } },
};

type Metadata = { name: string; value?: string; secretKeyRef?: object; envRef?: string }[];

function metadataOf(name: string): Metadata {
  const found = componentsOf(facts).find((component) => component.metadata.name === name);
  if (!found) throw new Error(`there is no component ${name}`);
  return (found.spec as { metadata: Metadata }).metadata;
}

const settingOf = (component: string, name: string): string | undefined =>
  metadataOf(component).find((entry) => entry.name === name)?.value;

describe("the Kafka component", () => {
  test("names every app in both scope lists, since one left out may do anything", () => {
    for (const list of ["publishingScopes", "subscriptionScopes"]) {
      const named = settingOf("kafka-pubsub", list)
        ?.split(";")
        .map((entry) => entry.split("=")[0]);
      expect(named).toEqual([...appIds]);
    }
  });

  test("lets an app publish its topics and its own dead letters, and nothing else", () => {
    expect(settingOf("kafka-pubsub", "publishingScopes")).toContain(
      "backend=task-events,task-updates,reminders,user-events,notifications.backend.dlq;",
    );
    expect(publishableBy("audit")).toEqual([
      ...["task-events.audit.dlq", "reminders.audit.dlq", "notifications.audit.dlq"],
      "user-events.audit.dlq",
    ]);
  });

  test("sets no consumer group, so that each app has its own copy of the stream", () => {
    expect(settingOf("kafka-pubsub", "consumerGroup")).toBeUndefined();
  });

  test("keeps user and password out of the manifest", () => {
    const byName = Object.fromEntries(
      metadataOf("kafka-pubsub").map((entry) => [entry.name, entry]),
    );
    expect(byName.saslUsername).toEqual({ name: "saslUsername", envRef: "KAFKA_USERNAME" });
    expect(byName.saslPassword).toEqual({ name: "saslPassword", envRef: "KAFKA_PASSWORD" });
  });

  test("retries what it consumed and starts at the oldest record", () => {
    expect(settingOf("kafka-pubsub", "consumeRetryEnabled")).toBe("true");
    expect(settingOf("kafka-pubsub", "initialOffset")).toBe("oldest");
  });
});

test("the state store is Redis, for the services that declare state, each with keys of its own", () => {
  const store = componentsOf(facts).find(({ metadata }) => metadata.name === "statestore");
  expect(store?.spec).toMatchObject({ type: "state.redis" });
  expect(store?.scopes).toEqual(appIds.filter((appId) => services[appId].state));
  expect(settingOf("statestore", "keyPrefix")).toBe("appid");
  expect(settingOf("statestore", "redisHost")).toBe(facts.redis.address);
});

test("the state store is PostgreSQL where the stack says so, by a URL that is a secret", () => {
  const url = { secret: { name: "postgres-statestore", key: "url" } };
  const inPostgres = componentsOf({ ...facts, statePostgres: { url } });
  const stores = inPostgres.filter(({ metadata }) => metadata.name === "statestore");
  expect(stores).toHaveLength(1);
  expect(stores[0]?.scopes).toEqual(appIds.filter((appId) => services[appId].state));
  expect(stores[0]?.spec).toMatchObject({ type: "state.postgresql", version: "v2" });
  const [{ spec } = facts as never] = stores;
  expect((spec as { metadata: Metadata }).metadata).toEqual(
    expect.arrayContaining([
      { name: "connectionString", secretKeyRef: url.secret },
      { name: "keyPrefix", value: "appid" },
    ]),
  );
});

test("the secret store is what the stack says, for all; in a cluster it is Kubernetes itself", () => {
  const store = componentsOf(facts).find(({ metadata }) => metadata.name === "secrets");
  expect(store?.spec).toMatchObject({ type: "secretstores.local.file" });
  expect(store?.scopes).toEqual([...appIds]);
  expect(new Set(componentsOf(facts).map(({ auth }) => auth?.secretStore))).toEqual(
    new Set(["secrets"]),
  );
  const inCluster = componentsOf(daprFacts);
  expect(inCluster.map(({ metadata }) => metadata.name)).not.toContain("secrets");
  expect(new Set(inCluster.map(({ auth }) => auth?.secretStore))).toEqual(new Set(["kubernetes"]));
});

describe("the mail binding", () => {
  test("is an output of the services that send mail, its password kept elsewhere", () => {
    const mail = componentsOf(facts).find(({ metadata }) => metadata.name === "mail");
    expect(mail?.spec).toMatchObject({ type: "bindings.smtp" });
    expect(mail?.scopes).toEqual(["backend", "notification"]);
    expect(settingOf("mail", "direction")).toBe("output");
    expect(settingOf("mail", "skipTLSVerify")).toBe("false");
    expect(metadataOf("mail").find(({ name }) => name === "password")).toEqual({
      name: "password",
      secretKeyRef: { name: "mail", key: "password" },
    });
  });

  test("is not made up where the stack has no mail server", () => {
    expect(() => componentsOf({ ...facts, mail: undefined })).toThrow("no server was named");
  });

  test("may be called by them alone, within a time", () => {
    const allowed = (appId: (typeof appIds)[number]) =>
      (configurationOf(appId, facts).spec.api as { allowed: object[] }).allowed;
    const api = { name: "bindings", version: "v1", protocol: "http" };
    const users = appIds.filter((appId) =>
      JSON.stringify(allowed(appId)).includes(JSON.stringify(api)),
    );
    expect(users).toEqual(["backend", "notification"]);
    expect(resiliencyManifest(facts).spec).toMatchObject({
      targets: { components: { mail: { outbound: { timeout: "mail" } } } },
    });
  });
});

describe("a schedule", () => {
  const sweep = () =>
    componentsOf(facts).find(({ metadata }) => metadata.name === "reminder-sweep");

  test("is a cron binding of the services that declare it, which calls them unasked", () => {
    expect(sweep()?.spec).toMatchObject({ type: "bindings.cron" });
    expect(sweep()?.scopes).toEqual(["backend"]);
    expect(settingOf("reminder-sweep", "direction")).toBe("input");
    expect(settingOf("reminder-sweep", "schedule")).toBe("@every 15s");
    expect(settingOf("reminder-sweep", "route")).toBe("/internal/schedules/reminder-sweep");
  });
});

describe("subscriptions", () => {
  test("there is one for each topic that a service subscribes to, scoped to it", () => {
    const told = subscriptionManifests(facts).map(({ spec, scopes }) => [scopes, spec.topic]);
    const declared = appIds.flatMap((appId) =>
      Object.keys(services[appId].subscribes).map((topic) => [[appId], topic]),
    );
    expect(told).toEqual(declared);
  });

  test("deliver the record as it is, to a default route, with no dead letters of the sidecar", () => {
    for (const { spec } of subscriptionManifests(facts)) {
      expect(spec.metadata).toEqual({ rawPayload: "true" });
      expect(spec.routes).toEqual({ default: `/internal/events/${spec.topic}` });
      expect(spec).not.toHaveProperty("deadLetterTopic");
      expect(Object.keys(topics)).toContain(spec.topic);
    }
  });

  test("say of an ephemeral one, and of no other, that what fails there is dropped", () => {
    for (const { metadata, scopes, spec } of subscriptionManifests(facts)) {
      const { subscribes } = contractOf(scopes?.[0] as AppId);
      const ephemeral = subscribes[spec.topic as Topic] === "ephemeral";
      expect(metadata.annotations?.["todo-evolution/effect"]).toBe(
        ephemeral ? "ephemeral" : undefined,
      );
    }
  });

  describe.each([true, false])("with batches: %s", (batches) => {
    type Bulk = { enabled: boolean; maxMessagesCount: number; maxAwaitDurationMs: number };
    const declared = subscriptionManifests({ ...facts, batches }).map(({ scopes, spec }) => {
      const { subscribes } = contractOf(scopes?.[0] as AppId);
      const bulk = spec.bulkSubscribe as Bulk | undefined;
      return { name: `${scopes} ${spec.topic}`, effect: subscribes[spec.topic as Topic], bulk };
    });
    const namesOf = (of: (one: (typeof declared)[number]) => boolean) =>
      declared.filter(of).map(({ name }) => name);

    test("those come in batches whose effects need no order, if any", () => {
      const unordered = namesOf(({ effect }) => batches && effect !== "transactional");
      expect(namesOf(({ bulk }) => bulk !== undefined)).toEqual(unordered);
      expect(new Set(declared.map(({ effect }) => effect))).toContain("transactional");
      expect(unordered.length > 0).toBe(batches);
    });

    test("a batch is small enough for one call, and no one waits for it", () => {
      for (const { bulk } of declared.filter(({ bulk }) => bulk)) {
        expect(bulk?.enabled).toBe(true);
        expect(bulk?.maxMessagesCount).toBeGreaterThan(1);
        expect(bulk?.maxMessagesCount).toBeLessThanOrEqual(1_000);
        expect(bulk?.maxAwaitDurationMs).toBeGreaterThan(0);
        expect(bulk?.maxAwaitDurationMs).toBeLessThanOrEqual(100);
      }
    });
  });

  test("come in batches only where that is said", () => {
    for (const { spec } of subscriptionManifests(facts)) {
      expect(spec).not.toHaveProperty("bulkSubscribe");
    }
  });

  test("are tried without end", () => {
    const { policies } = resiliencyManifest(facts).spec as {
      policies: { retries: Record<string, { maxRetries: number }> };
    };
    expect(policies.retries["until-delivered"]?.maxRetries).toBe(-1);
  });
});

describe("the configuration of a sidecar", () => {
  type Access = { defaultAction: string; policies: { appId: string; operations: unknown[] }[] };
  const accessOf = (appId: (typeof appIds)[number]) =>
    configurationOf(appId, facts).spec.accessControl as Access;

  test("lets in the declared caller at the declared route, and denies the rest", () => {
    expect(accessOf("audit")).toMatchObject({
      defaultAction: "deny",
      policies: [
        {
          appId: "backend",
          defaultAction: "deny",
          operations: [{ name: "/activity", httpVerb: ["GET"], action: "allow" }],
        },
      ],
    });
  });

  test("lets nobody in where nobody declares a call", () => {
    expect(accessOf("notification")).toMatchObject({ defaultAction: "deny", policies: [] });
    expect(accessOf("sync")).toMatchObject({ defaultAction: "deny", policies: [] });
  });

  test.each(appIds)(
    "of %s asks for mTLS, metrics and the share of traces of its stack",
    (appId) => {
      expect(configurationOf(appId, facts).spec).toMatchObject({
        mtls: { enabled: true },
        metric: { enabled: true },
        tracing: { samplingRate: "0.1", zipkin: { endpointAddress: facts.tracing.zipkinEndpoint } },
      });
    },
  );

  test("opens no API of the sidecar that the service has no use for", () => {
    const { allowed } = configurationOf("audit", facts).spec.api as { allowed: { name: string }[] };
    expect(allowed.map(({ name }) => name)).toEqual(["healthz", "metadata", "publish"]);
  });
});

test("a service with jobs may schedule them, and others may not", () => {
  const allowed = (appId: (typeof appIds)[number]) =>
    (configurationOf(appId, facts).spec.api as { allowed: object[] }).allowed;
  const jobs = { name: "jobs", version: "v1alpha1", protocol: "http" };
  expect(allowed("backend")).toContainEqual(jobs);
  expect(allowed("audit")).not.toContainEqual(jobs);
});

test("a sidecar is given only what is scoped to its service", () => {
  const names = sidecarManifests("audit", facts).resources.map(({ metadata }) => metadata.name);
  expect(names).toEqual([
    ...["kafka-pubsub", "secrets", "audit-task-events", "audit-reminders"],
    ...["audit-notifications", "audit-user-events", "delivery"],
  ]);
});
