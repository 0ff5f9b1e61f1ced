import { sql } from "drizzle-orm";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { type TokenSecrets, tokenSecretsOf } from "#apps/kit/http/session-cookie.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import * as tables from "../schema.ts";
import { type Auth, createAuth } from "./auth.ts";
import { accountsEnvOfTests } from "./testing.ts";
import { createTokenReader } from "./token-reader.ts";

const { TOKEN_SECRET: older, PUBLIC_URL: publicUrl } = accountsEnvOfTests;
const newer = `2:${"n".repeat(32)}`;
const days = 86_400;

let base: TestDatabase;
let session: string;
beforeAll(async () => {
  base = await createTestDatabase(tables);
});
beforeEach(async () => {
  await base.clear();
  const login = { name: "Alice", email: "alice@example.com", password: "correct horse battery" };
  session = (await replica(older).signUp(login)).token;
});
afterAll(() => base.close());

/** One replica, as far as tokens go. */
function replica(secrets: string): Auth {
  return createAuth({
    database: base.database,
    outbox: createOutbox(services.backend),
    secrets: tokenSecretsOf(secrets) as TokenSecrets,
    publicUrl,
    roleOf: () => "user",
  });
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const keySet = async (auth: Auth) => (await auth.keys()).keys.map(({ kid }) => kid).sort();
/** By a replica that has just started, and knows no key yet. */
const read = (token: string) => createTokenReader(base.database, publicUrl)(token);

/** For how many seconds more the key of a token signs. */
async function signsFor(token: string): Promise<number> {
  const keys = await base.database.select().from(tables.signingKeys);
  const until = keys.find(({ id }) => id === kidOf(token))?.expiresAt?.getTime() ?? 0;
  return Math.round((until - Date.now()) / 1_000);
}

async function letPass(minutes: number): Promise<void> {
  const expiresAt = sql`${tables.signingKeys.expiresAt} - make_interval(mins => ${minutes})`;
  await base.database.update(tables.signingKeys).set({ expiresAt });
}

describe("while a secret is taken away, on one replica before the other", () => {
  test.each([
    ["another number", newer],
    ["the same number", `1:${"n".repeat(32)}`],
  ])("each signs by a key of its own, and both are believed (%s)", async (_, secret) => {
    const [before, after] = [replica(older), replica(secret)];
    const tokens: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      tokens.push(await before.token(session), await after.token(session));
    }
    for (const token of tokens) expect(await read(token)).toMatchObject({ role: "user" });
    const kids = [...new Set(tokens.map(kidOf))].sort();
    expect(kids).toHaveLength(2);
    expect(await keySet(before)).toEqual(kids);
    expect(await keySet(after)).toEqual(kids);
  });

  test("its key signs a little longer, and is believed until what it signed has run out", async () => {
    const token = await replica(older).token(session);
    const next = await replica(newer).token(session);
    expect(await signsFor(token)).toBeGreaterThan(800);
    expect(await signsFor(token)).toBeLessThanOrEqual(900);

    await letPass(16);
    const last = await replica(older).token(session);
    expect(kidOf(last)).not.toBe(kidOf(token));
    expect(kidOf(await replica(newer).token(session))).toBe(kidOf(next));
    for (const one of [token, next, last]) expect(await read(one)).toMatchObject({ role: "user" });

    await letPass(76);
    for (const one of [token, last]) await expect(read(one)).rejects.toThrow("was refused");
    expect(await read(next)).toMatchObject({ role: "user" });
    expect(await keySet(replica(newer))).toEqual([kidOf(next)]);
  });

  test("that a replica cannot open a newer one's key says nothing of that key", async () => {
    const next = await replica(newer).token(session);
    await replica(older).token(session);
    expect(await signsFor(next)).toBeGreaterThan(29 * days);
  });
});

test("a key whose secret is still taken is used on, and for as long as before", async () => {
  const token = await replica(older).token(session);
  expect(kidOf(await replica(`${newer},${older}`).token(session))).toBe(kidOf(token));
  expect(await signsFor(token)).toBeGreaterThan(29 * days);
});
