import { describe, expect, test } from "vitest";
import type { Preview, State, Step } from "./preview.ts";
import { redacted, redactor, secretsOf, secretsOfEnvironment } from "./redact.ts";

const { cleanWords } = redactor(["known-value-1"]);

describe("what is taken out of the words of others", () => {
  test.each([
    ["a known value", "login as known-value-1 failed", "known-value-1"],
    ["a password in an address", "cannot reach postgres://todo:hunter22@db:5432/todo", "hunter22"],
    ["a token", "Authorization: Bearer abcdef0123456789.x", "abcdef0123456789"],
    ["a JSON Web Token", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJhbGciOi"],
    [
      "a private key",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
      "MIIE",
    ],
    ["a key that was cut off", "-----BEGIN PRIVATE KEY-----\nMIIE and no end", "MIIE"],
    ["a token of GitHub", `pushing with ghp_${"a".repeat(36)}`, "ghp_aaaa"],
    ["a setting", "SASL_PASSWORD=correct-horse was refused", "correct-horse"],
    ["a setting in JSON", '{"clientSecret": "correct-horse"}', "correct-horse"],
  ])("%s", (_, text, secret) => {
    const clean = cleanWords(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain(redacted);
  });

  test.each([
    "Deployment todo/audit container main runs example/audit:latest",
    "secretName: audit, passwordFile=/run/secrets/password",
    "see https://example.com/docs#tokens",
    "topic task-events has 12 partitions",
  ])("not %s", (text) => {
    expect(cleanWords(text)).toBe(text);
  });
});

test("secrets of a preview are what says so by its name, and what a Secret keeps", () => {
  const state = (inputs: object): State => ({
    ...{ isProtected: false, isRetained: false },
    inputs: inputs as State["inputs"],
  });
  const step = (type: string, inputs: object): Step => ({
    ...{ op: "update", urn: "", type, name: "redis-auth", isCustom: true },
    ...{ differs: [], forcing: [], before: undefined, after: state(inputs) },
  });
  const base64 = Buffer.from("canary-in-base64").toString("base64");
  const steps = [
    step("kubernetes:core/v1:Secret", { data: { a: base64 }, stringData: { b: "canary-b" } }),
    step("a:b:C", {
      password: "canary-c",
      settings: JSON.stringify({ apiKey: "canary-d" }),
      // Where a secret is, is none.
      passwordSecret: { name: "a-secret-of-ours", key: "password" },
      secretName: "redis-auth",
      tokenPath: "/var/run/token",
    }),
  ];
  const preview: Preview = {
    ...{ stack: "dev", steps, violations: [], policyPacks: [], faults: [], isWhole: true },
  };
  expect(secretsOf(preview).sort()).toEqual([
    ...[base64, "canary-b", "canary-c", "canary-d", "canary-in-base64"].sort(),
  ]);
});

test("secrets of a job are what its variables say by their names", () => {
  const environment = { GITHUB_TOKEN: "a", PULUMI_CONFIG_PASSPHRASE: "b", HOME: "c", PATH: "d" };
  expect(secretsOfEnvironment(environment)).toEqual(["a", "b"]);
});
