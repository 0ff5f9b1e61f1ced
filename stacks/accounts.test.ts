import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { z } from "zod";
import { accountsConfig, accountsEnv, issuerReach } from "./accounts.ts";

const config = z.strictObject(accountsConfig({ operators: [] }));
const password = (name: string) => pulumi.secret(`the-${name}`);
const issuer = "https://login.example/realm";

const settled = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply(resolve));

test("nothing that is said leaves one secret, no operators and no other issuer", async () => {
  const env = accountsEnv(config.parse({}), password);
  expect(await settled(env.TOKEN_SECRET)).toBe("1:the-token-secret");
  expect(env).toMatchObject({ OPERATORS: "", OIDC_ISSUER: "", OIDC_AUDIENCE: "" });
});

test("the first of the secrets signs, all are told, and none is in the clear", async () => {
  const env = accountsEnv(config.parse({ tokenSecrets: ["2", 1] }), password);
  expect(await settled(env.TOKEN_SECRET)).toBe("2:the-token-secret-2,1:the-token-secret");
  expect(await pulumi.isSecret(env.TOKEN_SECRET)).toBe(true);
  expect(await pulumi.isSecret(env.OPERATOR_PASSWORD)).toBe(true);
});

test("operators are addresses, in lower case", () => {
  expect(config.parse({ operators: ["Ops@Example.com"] }).operators).toEqual(["ops@example.com"]);
  expect(config.safeParse({ operators: ["ops"] }).success).toBe(false);
});

test.each([
  [undefined, undefined],
  [issuer, [443]],
  ["http://login.example:8081", [8081]],
])("the issuer %s is reached by the ports %j", (address, ports) => {
  const oidc = address && { issuer: address, audience: "todo" };
  expect(issuerReach(config.parse({ ...(oidc && { oidc }) }))?.ports).toEqual(ports);
});

test.each([
  [{ tokenSecrets: [] }],
  [{ tokenSecrets: [1, 1] }],
  [{ tokenSecrets: [0] }],
  [{ oidc: { issuer } }],
  [{ oidc: { issuer: "login.example", audience: "todo" } }],
])("%j is refused", (value) => {
  expect(config.safeParse(value).success).toBe(false);
});
