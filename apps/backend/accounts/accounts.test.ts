import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createTestRedis } from "#apps/kit/testing/redis.ts";
import { createApp } from "../app.ts";
import * as tables from "../schema.ts";
import { type BackendChanges, backendDeps } from "../testing/deps.ts";
import { accountsEnvOfTests } from "./testing.ts";

const outbox = createOutbox(services.backend);
const origin = accountsEnvOfTests.ALLOWED_ORIGINS;
const password = "correct horse battery";
const alice = { name: "Alice", email: "alice@example.com", password };

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase(tables);
});
beforeEach(() => base.clear());
afterAll(() => base.close());

type Changes = BackendChanges & { readonly database?: Database };

/** One replica of backend. */
const replica = ({ database = base.database, env, ...changes }: Changes = {}) =>
  createApp(
    backendDeps(database, {
      env: { TRUSTED_PROXIES: "1", ...env },
      ...changes,
    }),
  );

type App = ReturnType<typeof replica>;

const post = (app: App, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.request(`/api/auth/${path}`, {
    method: "POST",
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const signUp = (app: App, changes: object = {}, headers = {}) =>
  post(app, "sign-up/email", { ...alice, ...changes }, headers);
const signIn = (app: App, changes: object = {}, headers = {}) =>
  post(app, "sign-in/email", { email: alice.email, password, ...changes }, headers);

/** The cookie that a browser would send back. */
const cookieFrom = (response: Response): string =>
  response.headers.getSetCookie()[0]?.split(";")[0] ?? "";

const read = async <T>(response: Response): Promise<T> => (await response.json()) as T;

const rows = <T>(table: T) => base.database.select().from(table as never) as never;

describe("a sign-up", () => {
  test("makes one account and one event, and signs in", async () => {
    const app = replica();
    const made = await signUp(app, { email: "Alice@Example.com" });
    expect(made.status).toBe(200);
    const { user } = await read<{ user: { id: string } }>(made);
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      ...{ email: alice.email, name: "Alice", role: "user" },
    });
    const told = (await rows(tables.outbox)) as { type: string; data: object; userId: string }[];
    expect(told).toMatchObject([{ type: "com.todo.user.registered", userId: user.id }]);
    // printf alice@example.com | sha256sum
    expect(told[0]?.data).toMatchObject({
      email_hash: "ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976",
    });
    expect(JSON.stringify(told)).not.toContain("example.com");
    const headers = { cookie: cookieFrom(made) };
    expect((await app.request("/api/tasks", { headers })).status).toBe(200);
  });

  test("with an address that is taken is refused, without a second event", async () => {
    const app = replica();
    await signUp(app);
    const again = await signUp(app, { email: "ALICE@example.com", password: "another password" });
    expect(again.status).toBe(409);
    expect(again.headers.get("content-type")).toBe("application/problem+json");
    expect(await rows(tables.outbox)).toHaveLength(1);
    expect((await signIn(app)).status).toBe(200);
  });

  test("leaves nothing when its event cannot be stored, and works afterwards", async () => {
    const failing = { ...outbox, append: () => Promise.reject(new Error("the disk is full")) };
    expect((await signUp(replica({ outbox: failing }))).status).toBe(500);
    for (const table of [tables.accounts, tables.credentials, tables.sessions, tables.outbox]) {
      expect(await rows(table)).toEqual([]);
    }
    expect((await signUp(replica())).status).toBe(200);
    expect(await rows(tables.outbox)).toHaveLength(1);
  });

  test("leaves no event when the account cannot be stored", async () => {
    await base.database.execute("alter table credentials add constraint none check (false)");
    try {
      expect((await signUp(replica())).status).toBe(500);
      expect(await rows(tables.outbox)).toEqual([]);
      expect(await rows(tables.accounts)).toEqual([]);
    } finally {
      await base.database.execute("alter table credentials drop constraint none");
    }
  });

  test.each([
    ["email", { email: "nobody" }],
    ["password", { password: "short" }],
    ["password", { password: "x".repeat(129) }],
    ["name", { name: "" }],
    ["name", { name: "a\0b" }],
    ["body", { role: "operator" }],
  ])("with a wrong %s is refused, and the field named", async (field, changes) => {
    const response = await signUp(replica(), changes);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  test("is not for the address of an operator", async () => {
    expect((await signUp(replica(), { email: "Operator@todo.example" })).status).toBe(409);
  });

  test("is 503 while the database is away", async () => {
    const database = { ...base.database, transaction: away, select: away } as unknown as Database;
    const response = await signUp(replica({ database }));
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
  });
});

describe("a sign-in", () => {
  test("answers a wrong password and an unknown address alike", async () => {
    const app = replica();
    await signUp(app);
    const said = async (changes: object) => {
      const response = await signIn(app, changes);
      const { request_id, ...rest } = await read<Record<string, unknown>>(response);
      return { status: response.status, ...rest };
    };
    const wrong = await said({ password: "not the password" });
    expect(wrong).toMatchObject({ status: 401, title: "Not authenticated" });
    expect(await said({ email: "nobody@example.com" })).toEqual(wrong);
  });

  test("costs as much for an unknown address as for a wrong password", async () => {
    const app = replica();
    await signUp(app);
    // Processor time: whatever else the machine does is no part of it.
    const costOf = async (changes: object): Promise<number> => {
      const before = process.cpuUsage();
      await signIn(app, { password: "not the password", ...changes });
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await costOf({});
    let [wrong, unknown] = [0, 0];
    for (let count = 0; count < 5; count++) {
      wrong += await costOf({});
      unknown += await costOf({ email: "nobody@example.com" });
    }
    expect(unknown).toBeGreaterThan(wrong / 2);
    expect(unknown).toBeLessThan(wrong * 2);
  });

  test("is tried a few times a minute at one account, from wherever", async () => {
    const app = replica({ env: { RATE_LIMITS: "account=3/60" } });
    await signUp(app);
    const from = (address: string) =>
      signIn(app, { password: "a guess" }, { "x-forwarded-for": address });
    const statuses = [];
    for (let at = 1; at <= 5; at++) statuses.push((await from(`203.0.113.${at}`)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    // Others come in, and whoever is in stays in.
    expect((await signIn(app, { email: "bob@example.com" })).status).toBe(401);
  });

  test("and a sign-up come from one address a few times a minute only", async () => {
    const app = replica({ env: { RATE_LIMITS: "login=2/60" } });
    const headers = { "x-forwarded-for": "203.0.113.1" };
    expect((await signUp(app, {}, headers)).status).toBe(200);
    expect((await signIn(app, { email: "x@example.com" }, headers)).status).toBe(401);
    const refused = await signUp(app, { email: "b@example.com" }, headers);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await signIn(app, {}, { "x-forwarded-for": "203.0.113.2" })).status).toBe(200);
  });

  test("tells a page no token that a script could lose", async () => {
    const app = replica();
    await signUp(app);
    expect((await signIn(app)).headers.get("set-auth-token")).toMatch(/\S/);
    const toPage = await signIn(app, {}, { origin });
    expect(toPage.headers.get("set-auth-token")).toBeNull();
    expect(toPage.headers.getSetCookie()[0]).toMatch(/; HttpOnly; SameSite=Lax$/);
    expect(JSON.stringify(await toPage.json())).not.toContain("token");
  });

  test("from a page of elsewhere is refused", async () => {
    const response = await signIn(replica(), {}, { origin: "https://evil.example" });
    expect(response.status).toBe(403);
  });

  test("has a cookie of this host alone where the page is https", async () => {
    const env = { PUBLIC_URL: "https://todo.example", ALLOWED_ORIGINS: "https://todo.example" };
    const app = replica({ env });
    const made = await signUp(app);
    expect(made.headers.getSetCookie()[0]).toMatch(
      /^__Host-todo-session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const headers = { cookie: cookieFrom(made) };
    expect((await app.request("/api/tasks", { headers })).status).toBe(200);
  });
});

describe("a session", () => {
  test("changes something from pages of ours only", async () => {
    const app = replica();
    const cookie = cookieFrom(await signUp(app));
    const create = (headers: Record<string, string>) =>
      app.request("/api/tasks", {
        method: "POST",
        headers: { cookie, ...headers },
        body: '{"title":"x"}',
      });
    expect((await create({})).status).toBe(403);
    expect((await create({ origin: "https://evil.example" })).status).toBe(403);
    expect((await create({ origin: "null" })).status).toBe(403);
    expect((await post(app, "sign-out", undefined, { cookie })).status).toBe(403);
    expect((await create({ origin })).status).toBe(201);
  });

  test("that was signed out is refused at once by every replica", async () => {
    const redis = createTestRedis();
    const [one, other] = [replica({ redis }), replica({ redis })];
    const cookie = cookieFrom(await signUp(one));
    const ask = async (app: App) =>
      (await app.request("/api/tasks", { headers: { cookie } })).status;
    expect([await ask(one), await ask(other)]).toEqual([200, 200]);
    const out = await post(one, "sign-out", undefined, { cookie, origin });
    expect(out.status).toBe(200);
    expect(out.headers.getSetCookie()[0]).toContain("Max-Age=0");
    expect([await ask(one), await ask(other)]).toEqual([401, 401]);
    expect(await rows(tables.sessions)).toEqual([]);
  });

  test("is asked of the database once, not for each request", async () => {
    const redis = createTestRedis();
    const cookie = cookieFrom(await signUp(replica({ redis })));
    const select = vi.spyOn(base.database, "select");
    const app = replica({ redis });
    const me = () => app.request("/api/nothing", { headers: { cookie } });
    for (let count = 0; count < 5; count++) await me();
    expect(select).toHaveBeenCalledTimes(1);
    select.mockRestore();
  });

  test("that ends while another replica reads it is not kept as one that lives", async () => {
    const redis = createTestRedis();
    const app = replica({ redis });
    const cookie = cookieFrom(await signUp(app));
    const slow = createTestRedis(redis);
    // The other one has read the row, and is about to tell Redis.
    slow.before = async (script) => {
      if (script.includes("'nx'")) await post(app, "sign-out", undefined, { cookie, origin });
    };
    const headers = { cookie };
    await replica({ redis: slow }).request("/api/tasks", { headers });
    expect((await app.request("/api/tasks", { headers })).status).toBe(401);
    expect((await replica({ redis }).request("/api/tasks", { headers })).status).toBe(401);
  });

  test("that could not be deleted is no success", async () => {
    const app = replica();
    const cookie = cookieFrom(await signUp(app));
    const database = { ...base.database, delete: away } as unknown as Database;
    Object.setPrototypeOf(database, base.database);
    const response = await post(replica({ database }), "sign-out", undefined, { cookie, origin });
    expect(response.status).toBe(503);
  });

  test("is told of to whom it is of, and null to others", async () => {
    const app = replica();
    const made = await signUp(app);
    const ask = async (headers: Record<string, string>) =>
      (await app.request("/api/auth/get-session", { headers })).json();
    expect(await ask({ cookie: cookieFrom(made) })).toMatchObject({
      session: { expires_at: expect.stringMatching(/Z$/) },
      user: { email: alice.email, role: "user" },
    });
    expect(await ask({})).toBeNull();
    expect(await ask({ cookie: "todo-session=made.up" })).toBeNull();
    expect(await ask({ authorization: "Bearer made.up" })).toBeNull();
  });

  test("outlives a change of the secret while the old one is still taken", async () => {
    const cookie = cookieFrom(await signUp(replica()));
    const secret = accountsEnvOfTests.TOKEN_SECRET;
    const newer = `2:${"n".repeat(32)}`;
    const status = async (TOKEN_SECRET: string, path: string) =>
      (await replica({ env: { TOKEN_SECRET } }).request(path, { headers: { cookie } })).status;
    for (const path of ["/api/tasks", "/api/auth/token"]) {
      expect(await status(`${newer},${secret}`, path)).toBe(200);
      expect(await status(newer, path)).toBe(401);
    }
  });
});

describe("a bearer token", () => {
  async function tokenOf(app: App): Promise<{ token: string; session: string; id: string }> {
    const made = await signUp(app);
    const session = made.headers.get("set-auth-token") ?? "";
    const headers = { authorization: `Bearer ${session}` };
    const { token } = await read<{ token: string }>(
      await app.request("/api/auth/token", { headers }),
    );
    return { token, session, id: (await read<{ user: { id: string } }>(made)).user.id };
  }

  test("lets a program in, and is what the key set says", async () => {
    const app = replica();
    const { token, id } = await tokenOf(app);
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.request("/api/tasks", { headers })).status).toBe(200);
    const keys = await read<JSONWebKeySet>(await app.request("/api/auth/jwks"));
    expect(JSON.stringify(keys)).not.toMatch(/"d"|private/);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: accountsEnvOfTests.PUBLIC_URL,
      audience: "todo-evolution",
    });
    expect(protectedHeader.alg).toBe("EdDSA");
    expect(payload).toMatchObject({ sub: id, role: "user" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
    expect(JSON.stringify(payload)).not.toContain("example.com");
  });

  test("is read by another replica, which asks for the key once", async () => {
    const { token } = await tokenOf(replica());
    const app = replica();
    const select = vi.spyOn(base.database, "select");
    const headers = { authorization: `Bearer ${token}` };
    for (let count = 0; count < 5; count++) await app.request("/api/nothing", { headers });
    expect(select).toHaveBeenCalledTimes(1);
    select.mockRestore();
  });

  test("is not issued for a session that was signed out", async () => {
    const app = replica();
    const { session } = await tokenOf(app);
    const headers = { authorization: `Bearer ${session}` };
    await post(app, "sign-out", undefined, headers);
    expect((await app.request("/api/auth/token", { headers })).status).toBe(401);
  });

  test.each(["x", "a.b.c", "made.up", `${"e".repeat(20_000)}`])(
    "%# made up is 401",
    async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      expect((await replica().request("/api/tasks", { headers })).status).toBe(401);
    },
  );
});

function away(): never {
  throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
}
