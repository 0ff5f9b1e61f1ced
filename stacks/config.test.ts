import { RunError } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { readConfig } from "./config.ts";

const whole = { target: "local", portBase: "18000", watch: "false", logLevel: "info" };

const read = (changes: Record<string, string | undefined>) =>
  readConfig(
    Object.fromEntries(
      Object.entries({ ...whole, ...changes }).flatMap(([key, value]) =>
        value === undefined ? [] : [[`todo-evolution:${key}`, value]],
      ),
    ),
  );

// All but the gateway, which has one port.
const everyServiceRuns = (count: number) =>
  Object.fromEntries(appIds.map((appId) => [appId, appId === "web" ? 1 : count]));

const asContractsAsk = Object.fromEntries(
  appIds.map((appId) => [appId, contractOf(appId).leastReplicas ?? 1]),
);

test("a whole configuration is read with its types", () => {
  expect(read({ replicas: "2" })).toEqual({
    target: "local",
    portBase: 18_000,
    watch: false,
    logLevel: "info",
    services: "own",
    tracing: "zipkin",
    sampling: 1,
    stateStore: "redis",
    replicas: everyServiceRuns(2),
    rateLimits: { user: 6_000, address: 1_000_000, login: 6_000, account: 20, reset: 5 },
    operators: ["operator@todo.example"],
    tokenSecrets: [1],
    allowedOrigins: [],
  });
});

test("what is not set has its default", () => {
  expect(readConfig({ "todo-evolution:target": "local" })).toEqual({
    target: "local",
    portBase: 18_000,
    watch: false,
    logLevel: "info",
    services: "own",
    tracing: "zipkin",
    sampling: 1,
    stateStore: "redis",
    replicas: asContractsAsk,
    rateLimits: { user: 6_000, address: 1_000_000, login: 6_000, account: 20, reset: 5 },
    operators: ["operator@todo.example"],
    tokenSecrets: [1],
    allowedOrigins: [],
  });
});

test("replicas are one number for all or a map, beside which contracts say how many", () => {
  const replicas = { ...asContractsAsk, backend: 3 };
  expect(replicas).toMatchObject({ audit: 1, sync: 2 });
  expect(read({ replicas: "1" })).toMatchObject({ replicas: everyServiceRuns(1) });
  expect(read({ replicas: '{"backend":3}' })).toMatchObject({ replicas });
  expect(read({ replicas: '{"backend":"3"}' })).toMatchObject({ replicas });
});

describe("servers that stand elsewhere", () => {
  const passwords = {
    kafka: { password: "canary-k" },
    postgres: { password: "canary-p" },
    redis: { password: "canary-r" },
  };
  const external = (changes: object) => () =>
    read({ services: "external", external: JSON.stringify({ ...passwords, ...changes }) });

  test("are those of compose.yaml unless it is said, by passwords that must be", () => {
    expect(external({})()).toMatchObject({
      services: "external",
      external: {
        kafka: { brokers: ["127.0.0.1:17092"], username: "admin", password: "canary-k" },
        postgres: { host: "127.0.0.1", port: 17_432, database: "todo", username: "postgres" },
        redis: { host: "127.0.0.1", port: 17_379, username: "default" },
        zipkin: "http://127.0.0.1:17411",
        mail: { host: "127.0.0.1", port: 17_025, page: "http://127.0.0.1:17026" },
      },
    });
    expect(external({ kafka: { ...passwords.kafka, brokers: ["b:9092"] } })()).toMatchObject({
      external: { kafka: { brokers: ["b:9092"] } },
    });
  });

  test("are kept in mind while the stack runs its own", () => {
    expect(read({ external: JSON.stringify(passwords) })).toMatchObject({ services: "own" });
  });

  test("want every password to be set, and say which command sets them", () => {
    const none = () => read({ services: "external" });
    for (const server of ["kafka", "postgres", "redis"]) {
      expect(none).toThrow(`Configuration key external.${server}.password is not set`);
      expect(none).toThrow(`config set --secret --path external.${server}.password`);
    }
    expect(none).toThrow("npm run compose");
  });

  test.each([
    [{ kafka: { ...passwords.kafka, brokers: ["here"] } }, 'external.kafka.brokers.0 is "here"'],
    [{ kafka: { password: "" } }, "external.kafka.password is not valid"],
    [{ postgres: { ...passwords.postgres, port: "many" } }, 'external.postgres.port is "many"'],
    [{ redis: { ...passwords.redis, adress: "a" } }, "config rm --path external.redis.adress"],
    [{ zipkin: "localhost" }, 'external.zipkin is "localhost"'],
    [{ mail: { username: "todo" } }, "config set --secret --path external.mail.password"],
    [{ rabbit: {} }, "config rm --path external.rabbit"],
  ])("%j is refused by name", (changes, named) => {
    expect(external(changes)).toThrow(RunError);
    expect(external(changes)).toThrow(named);
    expect(external(changes)).not.toThrow("canary");
  });
});

describe("on Kubernetes", () => {
  const kubernetes = (changes: Record<string, unknown>) => {
    const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    const all = { target: "kubernetes", size: "dev", cluster: { kind: "minikube" }, ...changes };
    return () =>
      readConfig(
        Object.fromEntries(
          Object.entries(all).map(([key, value]) => [`todo-evolution:${key}`, text(value)]),
        ),
      );
  };

  test("the least that is said gives a whole stack", () => {
    expect(kubernetes({})()).toMatchObject({
      namespace: "todo",
      kafka: { engine: "strimzi" },
      postgres: { engine: "cloudnative-pg" },
      redis: { engine: "cluster", tls: true },
      images: { from: "source", pullSecrets: [] },
      platform: { mode: "own" },
      ingress: { enabled: true, issuer: { kind: "self-signed" } },
    });
  });

  test.each([
    [{ kafka: { engine: "rabbit" } }, "config set --path kafka.engine"],
    [{ kafka: { engine: "external", brokers: ["here"] } }, "kafka.brokers.0"],
    [{ cluster: { kind: "moon" } }, "cluster.kind"],
    [{ namespace: "Not A Label" }, "config set namespace"],
    [{ platform: { operators: { dapr: "maybe" } } }, "platform.operators.dapr"],
    [{ postgres: { engine: "external", host: "db" } }, "postgres.admin"],
    [{ mail: { host: "smtp", from: "nobody" } }, "config set --path mail.from"],
    [
      { mail: { host: "smtp", from: "a@example.com", username: "a" } },
      "config set --secret --path mail.password",
    ],
    [{ rateLimits: { user: 0 } }, "rateLimits.user"],
    [{ redis: { engine: "cluster", tsl: true } }, "config rm --path redis.tsl"],
  ])("%j is refused by name", (changes, named) => {
    expect(kubernetes(changes)).toThrow(RunError);
    expect(kubernetes(changes)).toThrow(named);
  });

  test("a secret's value is never repeated", () => {
    const admin = { username: "", password: "canary" };
    const wrong = kubernetes({ kafka: { engine: "external", brokers: ["a:1"], admin } });
    expect(wrong).toThrow("kafka.admin.username");
    expect(wrong).not.toThrow("canary");
  });
});

test("data is kept as it is said, in words as the engine hands them over", () => {
  const said = (keepData: string) =>
    readConfig({
      "todo-evolution:target": "kubernetes",
      "todo-evolution:size": "prod",
      "todo-evolution:cluster": '{"kind":"minikube"}',
      "todo-evolution:keepData": keepData,
    });
  expect(said("false")).toMatchObject({ keepData: false });
  expect(said("true")).toMatchObject({ keepData: true });
});

describe("a cluster by itself", () => {
  const cluster = (changes: object) => () =>
    readConfig({
      "todo-evolution:target": "cluster",
      "todo-evolution:cluster": JSON.stringify({
        kind: "aks",
        administrators: ["11111111-2222-3333-4444-555555555555"],
        allowedRanges: ["203.0.113.0/24"],
        ...changes,
      }),
    });

  test("needs who administers it and who may talk to it, and has a default for the rest", () => {
    expect(cluster({})()).toMatchObject({
      keepData: true,
      cluster: { location: "westeurope", version: "1.34", workload: { least: 1, most: 5 } },
    });
  });

  test.each([
    [{ kind: "minikube" }, "cluster.kind"],
    [{ location: "westus" }, 'cluster.location is "westus": a region without availability zones'],
    [{ location: "moon" }, "config set --path cluster.location <value>"],
    [{ administrators: undefined }, "cluster.administrators is not set"],
    [{ allowedRanges: ["0.0.0.0/0"] }, "cluster.allowedRanges.0"],
    [{ zones: 3 }, "config rm --path cluster.zones"],
  ])("%j is refused by name", (changes, named) => {
    expect(cluster(changes)).toThrow(RunError);
    expect(cluster(changes)).toThrow(named);
  });
});

test("keys of other projects and providers are none of its business", () => {
  expect(() => readConfig({ ...prefixed(), "gcp:project": "x" })).not.toThrow();
});

test.each([
  [
    '{"backend":9}',
    "Configuration key replicas.backend is 9",
    "config set --path replicas.backend",
  ],
  ['{"back":1}', "Unknown configuration key replicas.back", "config rm --path replicas.back"],
])("replicas = %s is refused by name", (replicas, fault, remedy) => {
  expect(() => read({ replicas })).toThrow(fault);
  expect(() => read({ replicas })).toThrow(remedy);
});

test("an origin that may connect is scheme, host and port", () => {
  const origins = ["https://todo.example", "http://localhost:5173"];
  expect(read({ allowedOrigins: JSON.stringify(origins) })).toMatchObject({
    allowedOrigins: origins,
  });
  for (const wrong of ["todo.example", "https://todo.example/", "wss://todo.example", "*"]) {
    expect(() => read({ allowedOrigins: JSON.stringify([wrong]) })).toThrow(
      "config set --path allowedOrigins.0",
    );
  }
});

describe("what is wrong ends the run before any resource and names the remedy", () => {
  test.each([
    ["portBase", "many", "config set portBase"],
    ["portBase", "80", "config set portBase"],
    ["portBase", "40000", "config set portBase"],
    ["logLevel", "loud", "config set logLevel"],
    ["target", "moon", "config set target"],
    ["target", undefined, "Configuration key target is not set"],
    ["watch", "perhaps", "config set watch"],
    ["replicas", "0", "config set replicas"],
    ["replicas", "4", "config set replicas"],
    ["replicas", "all", "config set replicas"],
    ["allowedOrigins", "https://todo.example", "config set allowedOrigins"],
    ["portbase", "19000", "config rm portbase"],
  ])("%s = %s", (key, value, remedy) => {
    expect(() => read({ [key]: value })).toThrow(RunError);
    expect(() => read({ [key]: value })).toThrow(remedy);
    if (value !== undefined && key !== "portbase") {
      expect(() => read({ [key]: value })).toThrow(JSON.stringify(value));
    }
  });
});

const prefixed = () =>
  Object.fromEntries(Object.entries(whole).map(([key, value]) => [`todo-evolution:${key}`, value]));
