import { afterEach, expect, test } from "vitest";
import { appIds, type ServiceContract, services } from "#apps/contracts/services.ts";
import { type TopicContract, topics } from "#apps/contracts/topics.ts";
import { recordStack } from "#commands/render/stack.ts";
import type { Recorded } from "#components/recording.ts";

/**
 * What a change of the contracts alone does to a whole stack: which kinds of objects come, go or
 * change, and nothing else. The map is plain data, so a change is an assignment.
 */
const map = services as unknown as Record<string, Mutable<ServiceContract>>;
const catalog = topics as unknown as Record<string, TopicContract>;
const names = appIds as string[];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Change = { readonly what: string; readonly make: () => void; readonly kinds: string[] };

const [first = "", ...others] = [...names];
/** One that only consumes, into a database of its own. */
const consumer =
  names.find((name) => {
    const { subscribes = {}, publishes, publicPaths, database } = map[name] ?? {};
    const isHeard = (publishes?.length ?? 0) + (publicPaths?.length ?? 0) > 0;
    return Object.keys(subscribes).length > 0 && database && !isHeard;
  }) ?? "";
const [subscribed = ""] = Object.keys(map[consumer]?.subscribes ?? {});
const unheard =
  Object.keys(catalog).find((topic) => !(topic in (map[consumer]?.subscribes ?? {}))) ?? "";

const everywhereOfTopics = ["Component", "ConfigMap", "KafkaTopic", "KafkaUser", "PrometheusRule"];

const changes: Change[] = [
  {
    what: "a renamed topic",
    make: () => {
      const { [subscribed]: contract, ...rest } = catalog;
      for (const topic of Object.keys(catalog)) delete catalog[topic];
      Object.assign(catalog, rest, { renamed: contract });
      for (const name of names) {
        const service = of(name);
        const renamed = (topic: string) => (topic === subscribed ? "renamed" : topic);
        service.publishes = service.publishes.map(renamed) as never;
        service.subscribes = Object.fromEntries(
          Object.entries(service.subscribes).map(([topic, effect]) => [renamed(topic), effect]),
        );
      }
    },
    kinds: [...everywhereOfTopics, "Deployment", "ScaledObject", "Subscription"],
  },
  {
    what: "one more subscription",
    make: () => {
      of(consumer).subscribes = { ...of(consumer).subscribes, [unheard]: "transactional" };
    },
    kinds: [...everywhereOfTopics, "Deployment", "ScaledObject", "Subscription"],
  },
  {
    what: "one subscription less",
    make: () => {
      of(consumer).subscribes = {};
    },
    kinds: [
      ...[...everywhereOfTopics, "Configuration", "Deployment", "NetworkPolicy"],
      // Nothing is left by which it would scale, and nobody by whom it would be known to Kafka.
      ...["ScaledObject", "Secret", "Subscription", "TriggerAuthentication"],
    ],
  },
  {
    what: "another port",
    make: () => {
      of(consumer).port = 8_999;
    },
    kinds: ["Deployment", "NetworkPolicy", "Service"],
  },
  {
    what: "another fact that a service must be told",
    make: () => {
      of(consumer).env = [...of(consumer).env, "TOKEN_SECRET"];
    },
    // The Secret gets another name, by which its pods roll; without an engine it keeps it.
    kinds: ["Secret"],
  },
  {
    what: "a service that talks to Redis itself",
    make: () => {
      of(consumer).redis = true;
      of(consumer).env = [...of(consumer).env, "REDIS_URL"];
    },
    kinds: ["Deployment", "NetworkPolicy", "Secret"],
  },
  {
    what: "a service that sends mail",
    make: () => {
      of(consumer).bindings = ["mail"];
    },
    kinds: ["Component", "Configuration", "Deployment", "NetworkPolicy"],
  },
  {
    what: "a service called by a schedule",
    make: () => {
      of(consumer).schedules = ["reminder-sweep"];
    },
    kinds: ["Component", "Deployment"],
  },
  {
    what: "a service with jobs",
    make: () => {
      of(consumer).jobs = true;
    },
    kinds: ["Configuration", "Deployment"],
  },
  {
    what: "a service made public",
    make: () => {
      of(consumer).publicPaths = ["/log"];
    },
    // What people call has its own alerts and panels.
    kinds: ["ConfigMap", "HTTPRoute", "NetworkPolicy", "PrometheusRule", "ScaledObject"],
  },
  {
    what: "a whole service",
    make: () => {
      map.newcomer = {
        port: 8_777,
        publicPaths: [],
        publishes: [],
        subscribes: { [unheard]: "transactional" },
        invokes: {},
        state: true,
        database: true,
        env: ["DATABASE_URL"],
      };
      names.push("newcomer");
    },
    kinds: [
      ...[...everywhereOfTopics, "Cluster", "Configuration", "Database", "Deployment", "Job"],
      ...["NetworkPolicy", "PodMonitor", "Resiliency", "ScaledObject", "Secret", "Service"],
      ...["ServiceAccount", "Subscription", "TriggerAuthentication"],
    ],
  },
];

const untouched = {
  map: Object.fromEntries(Object.entries(map).map(([name, contract]) => [name, { ...contract }])),
  catalog: { ...catalog },
};

afterEach(() => {
  for (const name of Object.keys(map)) delete map[name];
  for (const topic of Object.keys(catalog)) delete catalog[topic];
  Object.assign(
    map,
    Object.fromEntries(Object.entries(untouched.map).map(([name, it]) => [name, { ...it }])),
  );
  Object.assign(catalog, untouched.catalog);
  names.splice(0, names.length, first, ...others);
});

test.each(changes)("$what: its consequences, and no others", async ({ make, kinds }) => {
  const before = byUrn(await stack());
  make();
  const after = byUrn(await stack());
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter(
    (urn) => before.get(urn) !== after.get(urn),
  );
  const found = [...new Set(touched.map(kindOf))].sort();
  expect(found).toEqual([...kinds].sort());
});

test("a renamed topic leaves its old name nowhere", async () => {
  const renamed = changes.find(({ what }) => what === "a renamed topic");
  renamed?.make();
  const text = JSON.stringify((await stack()).map(({ name, inputs }) => [name, inputs]));
  expect(text).not.toContain(subscribed);
  expect(text).toContain("renamed");
});

const stack = () =>
  recordStack({ stack: "dev", cluster: "minikube", kafka: "strimzi", data: "cluster" });

const of = (name: string): Mutable<ServiceContract> => {
  const contract = map[name];
  if (!contract) throw new Error(`there is no service ${name}`);
  return contract;
};

/** Only what becomes an object of the cluster. */
const byUrn = (recorded: readonly Recorded[]): Map<string, string> =>
  new Map(
    recorded
      .filter(({ custom, type }) => custom && type.startsWith("kubernetes:"))
      .map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]),
  );

const kindOf = (urn: string): string => urn.split("::")[0]?.split(":").at(-1) ?? "";
