import { describe, expect, test } from "vitest";
import { isReference, namesSecret, secretsIn } from "./secret-names.ts";

describe("a name", () => {
  test.each([
    ...["PASSWORD", "DATABASE_PASSWORD", "adminPassword", "REDIS_PASSWD", "TOKEN_SECRET"],
    ...["SECRET_KEY", "GITHUB_TOKEN", "apiKey", "AWS_SECRET_ACCESS_KEY", "private-key"],
    ...["clientSecret", "connectionString", "credentials", "accountKey", "passphrase"],
  ])("that speaks of a secret: %s", (name) => {
    expect(namesSecret(name)).toBe(true);
  });

  test.each([
    ...["PORT", "LOG_LEVEL", "PASSWORD_FILE", "secretName", "tokenUrl", "TOKEN_TTL", "keyPrefix"],
    ...["existingSecret", "passwordKey", "secretRef", "privateKeySecretRef", "partitionKey"],
    ...["imagePullSecrets", "tokenSecretName", "passwordFromEnv", "secretStore", "saslUsername"],
  ])("that does not, or says where it is: %s", (name) => {
    expect(namesSecret(name)).toBe(false);
  });
});

test.each([
  "",
  "true",
  "3600",
  "$(PASSWORD)",
  "$PASSWORD",
  "{{ .Password }}",
  "<secret>",
  "/etc/secrets",
])("a value that is none: %j", (value) => {
  expect(isReference(value)).toBe(true);
});

describe("a text", () => {
  test.each([
    ["postgres://todo:hunter2@db:5432/todo", "a URL with a password"],
    ["-----BEGIN PRIVATE KEY-----", "a private key"],
    ['"password": "hunter2"', "the setting password"],
    ["masterauth hunter2", "a password of Redis"],
    ["client.secret = hunter2", "the setting client.secret"],
  ])("that gives away a secret: %s", (text, what) => {
    expect(secretsIn(text)).toEqual([what]);
  });

  test.each([
    ...["postgres://todo@db:5432/todo", "postgres://todo:$(PASSWORD)@db/todo", "http://a:80/b"],
    ...["password: ", 'password: ""', "password: $P", "user todo on #5e884898 ~*"],
    ...["sum(rate(tokens_total[5m])) by (user)", "-----BEGIN CERTIFICATE-----"],
  ])("that does not: %s", (text) => {
    expect(secretsIn(text)).toEqual([]);
  });
});
