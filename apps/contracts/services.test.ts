import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AppId,
  appIds,
  callersOf,
  contractOf,
  deadLettersOf,
  type ServiceContract,
  subscriptionsOf,
} from "./services.ts";

describe.each(appIds)("the contract of %s", (appId) => {
  const contract = contractOf(appId);

  test("has a name that Kubernetes, DNS and Dapr all take", () => {
    expect(appId).toMatch(/^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/);
  });

  test("can be written as JSON and read back", () => {
    expect(JSON.parse(JSON.stringify(contract))).toEqual(contract);
  });

  test("invokes other services only, at absolute paths", () => {
    for (const [callee, invocations] of Object.entries(contract.invokes)) {
      expect(appIds.filter((other) => other !== appId)).toContain(callee);
      for (const { path } of invocations) expect(path).toMatch(/^\/[a-z]/);
    }
  });

  test("has a database where its outbox or its inbox needs one", () => {
    const effects = subscriptionsOf(contract).map(([, effect]) => effect);
    const needed = contract.publishes.length > 0 || effects.includes("transactional");
    if (needed) expect(contract.database).toBe(true);
  });

  test("asks for the address of a database exactly when it has one", () => {
    expect(contract.env.includes("DATABASE_URL")).toBe(contract.database);
  });

  test("asks for the address of Redis exactly when it talks to it itself", () => {
    expect(contract.env.includes("REDIS_URL")).toBe(contract.redis === true);
  });

  test("says nothing twice", () => {
    for (const list of [contract.publishes, contract.publicPaths, contract.env]) {
      expect(new Set(list).size).toBe(list.length);
    }
  });

  test("has a dead-letter topic for each subscription that is not ephemeral", () => {
    const expected = subscriptionsOf(contract)
      .filter(([, effect]) => effect !== "ephemeral")
      .map(([topic]) => `${topic}.${appId}.dlq`);
    expect(deadLettersOf(appId)).toEqual(expected);
  });
});

describe("the map of services", () => {
  test("gives each service a port of its own", () => {
    const ports = appIds.map((appId) => contractOf(appId).port);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test("sends each public path to one service", () => {
    const paths = appIds.flatMap((appId) => contractOf(appId).publicPaths);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test("says of each service who calls it, and where", () => {
    expect(callersOf("audit")).toEqual([
      { caller: "backend", invocations: [{ method: "GET", path: "/activity" }] },
    ]);
    expect(callersOf("backend").map(({ caller }) => caller)).toContain("recurring");
    expect(callersOf("web")).toEqual([]);
  });

  test("takes only known topics, effects and services", () => {
    expectTypeOf<"orders">().not.toExtend<AppId>();
    // @ts-expect-error: not a topic
    const publishes: ServiceContract["publishes"] = ["orders"];
    // @ts-expect-error: not a kind of effect
    const subscribes: ServiceContract["subscribes"] = { reminders: "sometimes" };
    expect([publishes, subscribes]).toHaveLength(2);
  });
});
