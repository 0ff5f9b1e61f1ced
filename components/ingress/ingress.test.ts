import { expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { record } from "#components/recording.ts";
import { Gateway, type GatewayArgs } from "./gateway.ts";

const args: GatewayArgs = {
  place: {
    namespace: "todo",
    size: "prod",
    storageClass: undefined,
    zones: false,
    keepData: false,
  },
  className: "todo",
  makeClass: true,
  host: "todo.example",
  issuer: { kind: "self-signed" },
  service: { type: "LoadBalancer", annotations: {} },
};

const recordGateway = async (changes: Partial<GatewayArgs> = {}) => {
  const all = await record(() => new Gateway("gateway", { ...args, ...changes }));
  return { all, kinds: all.map(({ type }) => type.split(":").at(-1)) };
};

test("each public path of the contracts has a route to its service, and nothing else has one", async () => {
  const { all } = await recordGateway();
  const routed = all
    .filter(({ type, name }) => type.endsWith(":HTTPRoute") && name !== "to-https")
    .map(({ inputs }) => [
      inputs.spec.rules[0].backendRefs[0],
      inputs.spec.rules[0].matches.map((match: { path: { value: string } }) => match.path.value),
    ]);
  const declared = appIds
    .filter((appId) => contractOf(appId).publicPaths.length > 0)
    .map((appId) => [{ name: appId, port: contractOf(appId).port }, contractOf(appId).publicPaths]);
  const byName = (all: unknown[][]) =>
    all.sort(([one], [other]) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  expect(byName(routed)).toEqual(byName(declared));
});

test("plain HTTP only says where to go", async () => {
  const { all } = await recordGateway();
  const redirect = all.find(({ name }) => name === "to-https")?.inputs.spec;
  expect(redirect.parentRefs[0].sectionName).toBe("http");
  expect(redirect.rules[0]).not.toHaveProperty("backendRefs");
});

test("a class that the cluster has is not made, nor an issuer that is given", async () => {
  expect((await recordGateway()).kinds).toEqual(expect.arrayContaining(["GatewayClass", "Issuer"]));
  const { kinds } = await recordGateway({
    makeClass: false,
    issuer: { kind: "given", name: "company", cluster: true },
  });
  expect(kinds).not.toContain("GatewayClass");
  expect(kinds).not.toContain("Issuer");
});

test("an ACME certificate is not waited for, since its host must first be pointed at the gateway", async () => {
  const { all } = await recordGateway({
    issuer: { kind: "acme", server: "https://acme.example", email: "ops@example.com" },
  });
  const certificate = all.find(({ type }) => type.endsWith(":Certificate"));
  expect(certificate?.inputs.metadata).not.toHaveProperty("annotations");
});

test("the gateway's log has no query, in which a link to a new password has its token", async () => {
  const { all } = await recordGateway();
  const proxy = all.find(({ type }) => type.endsWith(":EnvoyProxy"));
  const [setting, ...others] = proxy?.inputs.spec.telemetry.accessLog.settings ?? [];
  expect(others).toEqual([]);
  const fields: string[] = Object.values(setting.format.json);
  expect(fields.filter((field) => /PATH/.test(field))).toEqual([
    "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  ]);
  expect(fields.join()).not.toMatch(/REFERER|COOKIE|AUTHORIZATION/i);
});
