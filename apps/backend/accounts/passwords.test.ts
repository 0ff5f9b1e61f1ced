import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { AwayError } from "#apps/kit/database/away.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createTestRedis } from "#apps/kit/testing/redis.ts";
import { createApp } from "../app.ts";
import * as tables from "../schema.ts";
import { type BackendChanges, backendDeps } from "../testing/deps.ts";
import { ensureOperators } from "./operators.ts";
import { accountsEnvOfTests } from "./testing.ts";

const origin = accountsEnvOfTests.ALLOWED_ORIGINS;
const password = "correct horse battery";
const newPassword = "a better one by far";
const alice = { name: "Alice", email: "alice@example.com", password };
const bob = { name: "Bob", email: "bob@example.com", password: "the password of Bob" };

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase(tables);
});
beforeEach(() => base.clear());
afterAll(() => base.close());

type Mail = { readonly to: string; readonly subject: string; readonly html: string };

/** One replica of backend, and the mail that it has sent. */
function replica({ env, ...changes }: BackendChanges = {}) {
  const mails: Mail[] = [];
  const sendByBinding = vi.fn(
    async (_: string, html: string, { emailTo = "", subject = "" }: Record<string, string>) => {
      mails.push({ to: emailTo, subject, html });
      return { ok: true, status: 204, text: "" };
    },
  );
  const app = createApp(
    backendDeps(base.database, {
      env: { TRUSTED_PROXIES: "1", ...env },
      sendByBinding,
      ...changes,
    }),
  );
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(`/api/auth/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const ask = (email: string, headers = {}) => post("request-password-reset", { email }, headers);
  return {
    ...{ app, mails, post, ask },
    signUp: (whom = alice) => post("sign-up/email", whom),
    signIn: (email: string, secret: string) => post("sign-in/email", { email, password: secret }),
    reset: (token: string, secret = newPassword) =>
      post("reset-password", { token, password: secret }),
    /** The token in the mail that asking brings. */
    tokenFor: async (email: string) => {
      const before = mails.length;
      await ask(email);
      await expect.poll(() => mails.length).toBe(before + 1);
      return tokenIn(mails.at(-1));
    },
    status: async (cookie: string) =>
      (await app.request("/api/tasks", { headers: { cookie } })).status,
  };
}

const tokenIn = (mail: Mail | undefined): string =>
  /href="[^"]*\/reset-password\?token=([^"]+)"/.exec(unescaped(mail?.html ?? ""))?.[1] ?? "";
const unescaped = (html: string) =>
  html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));

const cookieFrom = (response: Response): string =>
  response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
const problemOf = async (response: Response) => {
  const { request_id, ...rest } = (await response.json()) as Record<string, unknown>;
  return { ...rest, status: response.status };
};

describe("a forgotten password", () => {
  test("is replaced by the link in a mail, once, and every session ends", async () => {
    const redis = createTestRedis();
    const { signUp, signIn, tokenFor, reset, status, mails } = replica({ redis });
    const other = replica({ redis });
    const cookies = [cookieFrom(await signUp()), cookieFrom(await signIn(alice.email, password))];
    for (const cookie of cookies) {
      expect([await status(cookie), await other.status(cookie)]).toEqual([200, 200]);
    }
    const token = await tokenFor("Alice@Example.com");
    expect(mails[0]).toMatchObject({ to: alice.email, subject: "Set a new password" });
    expect(unescaped(mails[0]?.html ?? "")).toContain(
      `${accountsEnvOfTests.PUBLIC_URL}/reset-password?token=${token}`,
    );
    expect((await reset(token)).status).toBe(200);
    for (const cookie of cookies) {
      expect([await status(cookie), await other.status(cookie)]).toEqual([401, 401]);
    }
    expect(await base.database.select().from(tables.sessions)).toEqual([]);
    expect((await signIn(alice.email, password)).status).toBe(401);
    expect((await signIn(alice.email, newPassword)).status).toBe(200);
    const again = await problemOf(await reset(token, "yet another one"));
    expect(again).toMatchObject({ status: 400, title: "Link not good" });
    expect((await signIn(alice.email, newPassword)).status).toBe(200);
  });

  test("ends every session in one with the change, whatever fails behind it", async () => {
    const one = replica();
    const cookie = cookieFrom(await one.signUp());
    const token = await one.tokenFor(alice.email);
    const remove = base.database.delete.bind(base.database);
    const spy = vi.spyOn(base.database, "delete").mockImplementation((table) => {
      if ((table as unknown) !== tables.sessions) return remove(table);
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    });
    expect((await one.reset(token)).status).toBe(503);
    spy.mockRestore();
    expect(await one.status(cookie)).toBe(401);
    expect((await one.signIn(alice.email, newPassword)).status).toBe(200);
  });

  test("leaves no second link that is good, and one person's link is not another's", async () => {
    const { signUp, signIn, tokenFor, reset } = replica();
    await signUp();
    await signUp(bob);
    const [first, second, ofBob] = [
      await tokenFor(alice.email),
      await tokenFor(alice.email),
      await tokenFor(bob.email),
    ];
    expect((await reset(second)).status).toBe(200);
    expect((await reset(first)).status).toBe(400);
    expect((await signIn(bob.email, bob.password)).status).toBe(200);
    expect((await reset(ofBob)).status).toBe(200);
  });

  test("is not replaced by a link that is too old, or made up", async () => {
    const { signUp, signIn, tokenFor, reset } = replica();
    await signUp();
    const token = await tokenFor(alice.email);
    await base.database.update(tables.verifications).set({ expiresAt: new Date(Date.now() - 1) });
    const old = await problemOf(await reset(token));
    expect(old).toMatchObject({ status: 400, title: "Link not good" });
    for (const made of ["x", `${token}x`, token.toLowerCase()]) {
      expect(await problemOf(await reset(made))).toEqual(old);
    }
    expect((await signIn(alice.email, password)).status).toBe(200);
  });

  test("is set once by two who show its link at the same time", async () => {
    const { signUp, tokenFor, reset } = replica();
    await signUp();
    const token = await tokenFor(alice.email);
    const both = await Promise.all([reset(token), reset(token, "of somebody else")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test("is not replaced by a password that is too short, and the link stays good", async () => {
    const { signUp, tokenFor, reset } = replica();
    await signUp();
    const token = await tokenFor(alice.email);
    expect(await problemOf(await reset(token, "short"))).toMatchObject({
      errors: [{ field: "password" }],
    });
    expect((await reset(token)).status).toBe(200);
  });

  test("is kept as nothing that lets whoever reads the table in", async () => {
    const { signUp, tokenFor, reset } = replica();
    await signUp();
    const token = await tokenFor(alice.email);
    const [row] = await base.database.select().from(tables.verifications);
    expect(JSON.stringify(row)).not.toContain(token);
    expect((await reset(row?.identifier ?? "")).status).toBe(400);
    expect(row?.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  test("is told to no event", async () => {
    const { signUp, tokenFor, reset } = replica();
    await signUp();
    const before = await base.database.select().from(tables.outbox);
    await reset(await tokenFor(alice.email));
    expect(await base.database.select().from(tables.outbox)).toEqual(before);
  });

  test("of who signs in by the old one meanwhile leaves them no session", async () => {
    const { signUp, signIn, tokenFor, reset } = replica();
    await signUp();
    for (let run = 0; run < 5; run++) {
      const [now, next] = run % 2 === 0 ? [password, newPassword] : [newPassword, password];
      const token = await tokenFor(alice.email);
      const signingIn = signIn(alice.email, now);
      expect((await reset(token, next)).status).toBe(200);
      await signingIn;
      expect(await base.database.select().from(tables.sessions)).toEqual([]);
    }
  });
});

describe("to ask for a link", () => {
  test("is answered alike for an address with an account and one without, and before either is looked up", async () => {
    const { signUp, ask, mails } = replica();
    await signUp();
    const select = vi.spyOn(base.database, "select");
    const answers = [];
    for (const email of ["nobody@example.com", alice.email]) {
      const answer = await ask(email);
      expect(select).not.toHaveBeenCalled();
      await expect.poll(() => select.mock.calls.length).toBeGreaterThan(0);
      select.mockClear();
      answers.push({ status: answer.status, body: await answer.text() });
    }
    select.mockRestore();
    await expect.poll(() => mails.length).toBe(1);
    expect(answers[0]).toEqual({ status: 202, body: '{"success":true}' });
    expect(answers[1]).toEqual(answers[0]);
    expect(mails.map(({ to }) => to)).toEqual([alice.email]);
  });

  test("waits for no mail server: one that is away changes nothing of the answer, and is tried again", async () => {
    const sent: string[] = [];
    let tries = 0;
    const sendByBinding = async (_: string, html: string) => {
      tries++;
      if (tries === 1) throw new AwayError("the sidecar did not answer");
      sent.push(html);
      return { ok: true, status: 204, text: "" };
    };
    const { signUp, ask } = replica({ sendByBinding });
    await signUp();
    const startedAt = performance.now();
    expect((await ask(alice.email)).status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(500);
    await expect.poll(() => sent.length).toBe(1);
    expect(tries).toBe(2);
  });

  test("waits for no mail server that takes for ever", async () => {
    const { signUp, ask } = replica({ sendByBinding: () => new Promise(() => {}) });
    await signUp();
    for (const email of [alice.email, alice.email, "nobody@example.com"]) {
      expect((await ask(email)).status).toBe(202);
    }
  });

  test("mails one address a few times an hour, with an account or without, and others", async () => {
    const { signUp, ask } = replica({ env: { RATE_LIMITS: "reset=2/3600" } });
    await signUp();
    const from = (place: number) => ({ "x-forwarded-for": `203.0.113.${place}` });
    for (const email of [alice.email, "nobody@example.com"]) {
      const statuses = [];
      for (let at = 1; at <= 3; at++) statuses.push((await ask(email, from(at))).status);
      expect(statuses).toEqual([202, 202, 429]);
    }
    expect((await ask(bob.email)).status).toBe(202);
  });

  test("comes from one place a few times a minute only, as does a new password", async () => {
    const { post, ask } = replica({ env: { RATE_LIMITS: "login=2/60" } });
    const headers = { "x-forwarded-for": "203.0.113.1" };
    expect((await ask("a@example.com", headers)).status).toBe(202);
    const guess = { token: "a guess", password: newPassword };
    expect((await post("reset-password", guess, headers)).status).toBe(400);
    expect((await post("reset-password", guess, headers)).status).toBe(429);
    expect((await ask("b@example.com", headers)).status).toBe(429);
    expect((await ask("b@example.com", { "x-forwarded-for": "203.0.113.2" })).status).toBe(202);
  });

  test("from a page of elsewhere is refused", async () => {
    const { ask } = replica();
    expect((await ask(alice.email, { origin: "https://evil.example" })).status).toBe(403);
  });

  test("brings nothing to operators, whose password is the stack's, nor to people of another issuer", async () => {
    const email = "operator@todo.example";
    const { signUp, ask, mails, tokenFor } = replica();
    await signUp();
    const deps = backendDeps(base.database);
    const hash = async (text: string) => `hash of ${text}`;
    const verify = async () => true;
    await ensureOperators([email], {
      ...deps,
      ...{ database: base.database, passwords: { hash, verify }, password: "x", wake: () => {} },
    });
    const [createdAt, updatedAt] = [new Date(), new Date()];
    const userId = "018f4c7e-0000-7000-8000-000000000001";
    const times = { createdAt, updatedAt };
    await base.database
      .insert(tables.accounts)
      .values({ id: userId, email: "of@issuer.example", name: "", ...times });
    const [id, providerId, accountId] = [userId, "https://issuer.example", "subject"];
    await base.database
      .insert(tables.credentials)
      .values({ id, userId, providerId, accountId, ...times });
    for (const one of [email, "of@issuer.example"]) expect((await ask(one)).status).toBe(202);
    // What was asked for later has come, and nothing else has.
    await tokenFor(alice.email);
    expect(mails.map(({ to }) => to)).toEqual([alice.email]);
    expect(await base.database.select().from(tables.verifications)).toHaveLength(1);
  });
});

describe("a change of the password", () => {
  const change = (
    { post }: ReturnType<typeof replica>,
    cookie: string,
    changes: object = {},
    headers: Record<string, string> = { origin },
  ) =>
    post(
      "change-password",
      { current_password: password, password: newPassword, ...changes },
      { cookie, ...headers },
    );

  test("ends every session but that of who asked, who gets a new one", async () => {
    const redis = createTestRedis();
    const one = replica({ redis });
    const other = replica({ redis });
    const mine = cookieFrom(await one.signUp());
    const theirs = cookieFrom(await one.signIn(alice.email, password));
    expect(await other.status(theirs)).toBe(200);
    const changed = await change(one, mine);
    expect(changed.status).toBe(200);
    expect(changed.headers.get("set-auth-token")).toBeNull();
    const next = cookieFrom(changed);
    expect([await one.status(next), await other.status(next)]).toEqual([200, 200]);
    for (const cookie of [mine, theirs]) {
      expect([await one.status(cookie), await other.status(cookie)]).toEqual([401, 401]);
    }
    expect((await one.signIn(alice.email, password)).status).toBe(401);
    expect((await one.signIn(alice.email, newPassword)).status).toBe(200);
  });

  test("ends the links that were mailed before", async () => {
    const one = replica();
    const cookie = cookieFrom(await one.signUp());
    const token = await one.tokenFor(alice.email);
    expect((await change(one, cookie)).status).toBe(200);
    expect((await one.reset(token, "of the old link")).status).toBe(400);
  });

  test("wants the password before it, and the session goes on where it is another", async () => {
    const one = replica();
    const cookie = cookieFrom(await one.signUp());
    const wrong = await change(one, cookie, { current_password: "a guess" });
    expect(await problemOf(wrong)).toMatchObject({ status: 403, title: "Wrong password" });
    expect(await one.status(cookie)).toBe(200);
    expect((await one.signIn(alice.email, password)).status).toBe(200);
  });

  test("is tried a few times a minute at one account", async () => {
    const one = replica({ env: { RATE_LIMITS: "account=3/60" } });
    const cookie = cookieFrom(await one.signUp());
    const statuses = [];
    for (let count = 0; count < 4; count++) {
      statuses.push((await change(one, cookie, { current_password: "a guess" })).status);
    }
    expect(statuses).toEqual([403, 403, 403, 429]);
  });

  test("is of the account whose session is shown, whatever else is sent", async () => {
    const one = replica();
    await one.signUp();
    const cookie = cookieFrom(await one.signUp(bob));
    for (const more of [{ email: alice.email }, { user_id: "x" }, { userId: "x" }]) {
      expect((await change(one, cookie, more)).status).toBe(400);
    }
    expect((await change(one, cookie)).status).toBe(403);
    expect((await one.signIn(alice.email, password)).status).toBe(200);
    expect((await one.signIn(bob.email, bob.password)).status).toBe(200);
  });

  test.each([
    ["without a session", "", {}, 401],
    ["by a session that is made up", "todo-session=made.up", { origin }, 401],
    ["from a page of elsewhere", undefined, { origin: "https://evil.example" }, 403],
    ["by a cookie that nobody says the page of", undefined, {}, 403],
  ])("%s is refused", async (_, cookie, headers, status) => {
    const one = replica();
    const own = cookieFrom(await one.signUp());
    const answer = await change(one, cookie ?? own, {}, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect((await one.signIn(alice.email, password)).status).toBe(200);
  });

  test("by a program's session gives it the next, and a bearer token is none", async () => {
    const one = replica();
    const session = (await one.signUp()).headers.get("set-auth-token") ?? "";
    const bearer = { authorization: `Bearer ${session}` };
    const issued = await one.app.request("/api/auth/token", { headers: bearer });
    const { token } = (await issued.json()) as { token: string };
    const body = { current_password: password, password: newPassword };
    const byToken = await one.post("change-password", body, { authorization: `Bearer ${token}` });
    expect(byToken.status).toBe(401);
    const changed = await one.post("change-password", body, bearer);
    const next = { authorization: `Bearer ${changed.headers.get("set-auth-token")}` };
    expect((await one.app.request("/api/auth/token", { headers: next })).status).toBe(200);
    expect((await one.app.request("/api/auth/token", { headers: bearer })).status).toBe(401);
  });

  test("that began with a password which was reset meanwhile does not undo that", async () => {
    const one = replica();
    const cookie = cookieFrom(await one.signUp());
    const token = await one.tokenFor(alice.email);
    const changing = change(one, cookie, { password: "of who knew the old one" });
    // Its turn to hash comes while the change has compared and not yet written.
    const reset = await one.reset(token);
    const changed = await changing;
    expect([reset.status, changed.status].filter((status) => status === 200)).toHaveLength(1);
    const good = reset.status === 200 ? newPassword : "of who knew the old one";
    expect((await one.signIn(alice.email, good)).status).toBe(200);
  });

  test("is not for operators, whose password is the stack's", async () => {
    const one = replica();
    const cookie = cookieFrom(await one.signUp());
    const named = replica({ env: { OPERATORS: alice.email } });
    expect(await problemOf(await change(named, cookie))).toMatchObject({
      status: 403,
      title: "Not allowed",
    });
    const [row] = await base.database
      .select()
      .from(tables.accounts)
      .where(eq(tables.accounts.email, alice.email));
    expect(row).toBeDefined();
    expect((await one.signIn(alice.email, password)).status).toBe(200);
  });
});
