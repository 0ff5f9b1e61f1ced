import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import * as tables from "../schema.ts";
import { createExternalReader } from "./external.ts";
import { ensureOperators, operatorsOf } from "./operators.ts";

const outbox = createOutbox(services.backend);
const wake = vi.fn();
const { roleOf } = operatorsOf("ops@example.com");
const keys = await generateKeyPair("ES256", { extractable: true });
const others = await generateKeyPair("ES256", { extractable: true });

let base: TestDatabase;
let server: Server;
let issuer: string;
let isAway = false;

beforeAll(async () => {
  base = await createTestDatabase(tables);
  const key = { ...(await exportJWK(keys.publicKey)), kid: "k", alg: "ES256" };
  server = createServer((request, response) => {
    const isKeys = request.url === "/keys";
    const body = isKeys ? { keys: [key] } : { issuer, jwks_uri: `${issuer}/keys` };
    response.writeHead(isAway ? 503 : 200).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => base.clear());
afterAll(async () => {
  server.close();
  await base.close();
});

const reader = () =>
  createExternalReader(
    { issuer, audience: "todo" },
    { database: base.database, outbox, roleOf, wake },
  );

const tokenOf = (
  claims: object,
  { audience = "todo", key = keys.privateKey, from = issuer } = {},
) =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .setIssuer(from)
    .setAudience(audience)
    .setExpirationTime("5m")
    .sign(key);

const accounts = () => base.database.select().from(tables.accounts);
const events = () => base.database.select().from(tables.outbox);

test("a subject gets one account and one event, however many come at once", async () => {
  const token = await tokenOf({ sub: "alice", email: "Alice@example.com", email_verified: true });
  const read = await Promise.all(Array.from({ length: 8 }, () => reader()(token)));
  expect(new Set(read.map(({ userId }) => userId)).size).toBe(1);
  expect(read[0]).toMatchObject({ role: "user" });
  expect(await accounts()).toMatchObject([{ email: "alice@example.com", emailVerified: true }]);
  expect(await events()).toMatchObject([{ type: "com.todo.user.registered" }]);
});

test("an account with the same address is not theirs, nor one that is not verified", async () => {
  const mine = { email: "bob@example.com", name: "Bob", createdAt: new Date() };
  await base.database
    .insert(tables.accounts)
    .values({ id: "00000000-0000-4000-8000-000000000001", ...mine });
  const bob = { sub: "bob", email: "bob@example.com", email_verified: true };
  const { userId } = await reader()(await tokenOf(bob));
  expect(userId).not.toBe("00000000-0000-4000-8000-000000000001");
  await reader()(await tokenOf({ sub: "eve", email: "eve@example.com" }));
  const addresses = (await accounts()).map(({ email }) => email);
  expect(addresses.filter((email) => /@todo\.example$/.test(email))).toHaveLength(2);
});

test("an operator is who has a verified address that is named", async () => {
  const ops = { sub: "ops", email: "ops@example.com" };
  expect(await reader()(await tokenOf({ ...ops, email_verified: true }))).toMatchObject({
    role: "operator",
  });
  expect(await reader()(await tokenOf(ops))).toMatchObject({ role: "user" });
});

test.each([
  ["for somebody else", { audience: "shop" }],
  ["of another key", { key: others.privateKey }],
  ["of another issuer", { from: "https://evil.example" }],
])("a token %s is 401", async (_, options) => {
  const token = await tokenOf({ sub: "alice" }, options);
  await expect(reader()(token)).rejects.toMatchObject({ status: 401 });
  expect(await accounts()).toEqual([]);
});

test("an issuer that is away is waited for, not taken for a refusal", async () => {
  isAway = true;
  const token = await tokenOf({ sub: "alice" });
  try {
    await expect(reader()(token)).rejects.toMatchObject({ name: "AwayError" });
  } finally {
    isAway = false;
  }
});

test("an operator's account is made once, and taken from who had it before", async () => {
  const passwords = {
    hash: async (password: string) => `hashed ${password}`,
    verify: async ({ hash, password }: { hash: string; password: string }) =>
      hash === `hashed ${password}`,
  };
  const ensure = (password: string) =>
    ensureOperators(["ops@example.com"], {
      database: base.database,
      outbox,
      passwords,
      password,
      wake,
    });
  await Promise.all([ensure("of the stack"), ensure("of the stack")]);
  expect(await accounts()).toMatchObject([{ email: "ops@example.com" }]);
  expect(await events()).toHaveLength(1);
  const [{ id: userId = "" } = {}] = await accounts();
  const session = { id: userId, userId, token: "t", expiresAt: new Date(Date.now() + 60_000) };
  const now = new Date();
  await base.database
    .insert(tables.sessions)
    .values({ ...session, createdAt: now, updatedAt: now });
  await ensure("of the stack");
  expect(await base.database.select().from(tables.sessions)).toHaveLength(1);
  await ensure("another one");
  expect(await base.database.select().from(tables.sessions)).toEqual([]);
  expect(await base.database.select().from(tables.credentials)).toMatchObject([
    { password: "hashed another one" },
  ]);
  expect(await events()).toHaveLength(1);
});
