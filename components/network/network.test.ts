import { describe, expect, test } from "vitest";
import { appIds, callersOf, contractOf, reachesRedis } from "#apps/contracts/services.ts";
import { selectorOf } from "#components/place.ts";
import type { NetworkFacts } from "./policies.ts";
import { inNamespace, networkPolicy, policySpecs } from "./policies.ts";

const facts: NetworkFacts = {
  kafka: { peers: [{ podSelector: { matchLabels: { app: "kafka" } } }], ports: [9093] },
  postgres: { peers: [{ ipBlock: { cidr: "10.1.2.3/32" } }], ports: [5432] },
  redis: { peers: [{ podSelector: { matchLabels: { app: "redis" } } }], ports: [6379] },
  mail: { peers: [{ ipBlock: { cidr: "10.1.2.4/32" } }], ports: [587] },
  tracing: undefined,
  gateway: [inNamespace("envoy-gateway-system")],
  monitoring: [inNamespace("monitoring")],
  daprNamespace: "dapr-system",
};

const specOf = (name: string, changes: Partial<NetworkFacts> = {}) => {
  const found = policySpecs({ ...facts, ...changes }).find((spec) => spec.name === name);
  if (!found) throw new Error(`there is no policy ${name}`);
  return found;
};

const portsTo = (name: string, changes: Partial<NetworkFacts> = {}) =>
  specOf(name, changes).egress.flatMap(({ ports }) => ports.map(({ port }) => port));

test("without a policy of its own a pod gets nothing and goes nowhere but to the DNS", () => {
  expect(networkPolicy(specOf("default-deny"), { namespace: "todo" }).spec).toEqual({
    podSelector: { matchLabels: {} },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [],
  });
});

describe.each(appIds)("the service %s", (appId) => {
  const contract = contractOf(appId);

  test("reaches its database and Redis only where its contract has them", () => {
    expect(portsTo(appId).includes(5432)).toBe(contract.database);
    expect(portsTo(appId).includes(6379)).toBe(reachesRedis(contract));
  });

  test("reaches PostgreSQL instead of Redis for its state, where that is there", () => {
    const ports = portsTo(appId, { stateIn: "postgres" });
    expect(ports.includes(5432)).toBe(contract.database || contract.state);
    expect(ports.includes(6379)).toBe(contract.redis === true);
  });

  test("reaches a mail server only where its contract has it send mail", () => {
    expect(portsTo(appId).includes(587)).toBe(contract.bindings?.includes("mail") ?? false);
  });

  test("reaches an issuer elsewhere only where it is told of one", () => {
    const issuer = { peers: [], ports: [8443] };
    expect(portsTo(appId).includes(8443)).toBe(false);
    expect(portsTo(appId, { issuer }).includes(8443)).toBe(contract.env.includes("OIDC_ISSUER"));
  });

  test("is reached by the gateway only where it is public", () => {
    const fromGateway = specOf(appId).ingress.some(({ peers }) =>
      peers.includes(facts.gateway[0] as never),
    );
    expect(fromGateway).toBe(contract.publicPaths.length > 0);
  });

  test("is called by those services that declare it, sidecar to sidecar", () => {
    const callers = specOf(appId)
      .ingress.filter(({ ports }) => ports.some(({ port }) => port === 50_002))
      .flatMap(({ peers }) => peers);
    const declared = callersOf(appId).map(({ caller }) => selectorOf(caller));
    expect(callers).toEqual(declared.map((matchLabels) => ({ podSelector: { matchLabels } })));
  });
});

test("no rule of a policy is open to everyone by an empty list of peers", () => {
  for (const spec of policySpecs(facts)) {
    for (const { peers } of [...spec.ingress, ...spec.egress]) expect(peers).not.toEqual([]);
  }
});
