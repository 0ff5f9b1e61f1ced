import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Account, signUp } from "../../account.ts";
import { baseUrl, call, expectProblem } from "../client.ts";
import { mailTo, mailUrl, resetTokenFor } from "../mail.ts";
import { open } from "../socket.ts";

const origin = new URL(baseUrl).origin;
const newPassword = "a better one by far";

const newAccount = () => signUp(baseUrl, { email: `e2e-${randomUUID()}@todo.example` });

const ask = (email: string) =>
  call("POST", "/api/auth/request-password-reset", { body: { email } });
const reset = (token: string, password = newPassword) =>
  call("POST", "/api/auth/reset-password", { body: { token, password } });
const signIn = (email: string, password: string, headers = {}) =>
  call("POST", "/api/auth/sign-in/email", { body: { email, password }, headers });

/** A session as a page has it. */
async function cookieOf({ email, password }: Account): Promise<{ cookie: string }> {
  const { headers } = await signIn(email, password, { origin });
  return { cookie: headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}

const tokenOf = async (email: string, count = 1): Promise<string> => {
  expect((await ask(email)).status).toBe(202);
  return resetTokenFor(email, count);
};

/** Each replica of several is asked by one of these. */
async function expectEnded(headers: { cookie: string }): Promise<void> {
  for (let count = 0; count < 5; count++) {
    expectProblem(await call("GET", "/api/tasks", { headers }), 401);
  }
  expect(await open({ headers: { ...headers, origin } }).refused).toBe(401);
}

const isDirect = process.env.TODO_DIRECT === "true";

describe.skipIf(!mailUrl || isDirect)("a forgotten password", () => {
  test("is replaced by the link in a mail, once, and every session ends", async () => {
    const account = await newAccount();
    const { email } = account;
    const sessions = [await cookieOf(account), await cookieOf(account)];
    for (const headers of sessions) {
      expect((await call("GET", "/api/tasks", { headers })).status).toBe(200);
    }
    const token = await tokenOf(email.toUpperCase().replace("@TODO.EXAMPLE", "@todo.example"));
    expect((await reset(token)).status).toBe(200);
    for (const headers of sessions) await expectEnded(headers);
    const program = { Authorization: `Bearer ${account.session}` };
    expectProblem(await call("GET", "/api/auth/token", { headers: program }), 401);
    expectProblem(await signIn(email, account.password), 401);
    expect((await signIn(email, newPassword)).status).toBe(200);
    expectProblem(await reset(token, "once more, by the same link"), 400);
    expect((await signIn(email, newPassword)).status).toBe(200);
  });

  test("is not replaced by a link that another one has outlived, or that is made up", async () => {
    const { email, password } = await newAccount();
    const first = await tokenOf(email);
    const second = await tokenOf(email, 2);
    expectProblem(await reset(`${second}x`), 400);
    expectProblem(await reset(randomUUID()), 400);
    expect((await signIn(email, password)).status).toBe(200);
    expect((await reset(second)).status).toBe(200);
    expectProblem(await reset(first), 400);
  });
});

describe("to ask for a link to a new password", () => {
  test("is answered alike, and as fast, whether there is an account or not", async () => {
    const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
    const { email } = await newAccount();
    const answers = new Set<string>();
    for (let run = 0; run < 4; run++) {
      for (const which of ["known", "unknown"] as const) {
        const address = which === "known" ? email : `e2e-${randomUUID()}@todo.example`;
        const since = performance.now();
        const { status, body, headers } = await ask(address);
        times[which].push(performance.now() - since);
        const names = [...headers.keys()].sort().join(" ");
        answers.add(JSON.stringify({ status, body, names }));
        // The mail is made after the answer, and is not to be beside the next one.
        await sleep(300);
      }
    }
    expect([...answers]).toHaveLength(1);
    // To hash a password is 70 ms, to send a mail more: neither may be in one of them alone. The least,
    // as anything else of a busy machine only adds to it.
    expect(Math.abs(Math.min(...times.known) - Math.min(...times.unknown))).toBeLessThan(30);
    if (mailUrl) await resetTokenFor(email, 4);
  });

  test("mails one address a few times an hour, and refuses more alike", async ({ skip }) => {
    const { email } = await newAccount();
    const unknown = `e2e-${randomUUID()}@todo.example`;
    const until429 = async (address: string) => {
      for (let count = 0; count < 50; count++) {
        const { status, headers } = await ask(address);
        if (!headers.get("ratelimit-policy")?.includes('"reset"'))
          skip("lifted here by configuration");
        if (status === 429) return { count, retryAfter: Number(headers.get("retry-after")) };
        expect(status).toBe(202);
      }
      throw new Error("fifty were not refused");
    };
    const [known, other] = [await until429(email), await until429(unknown)];
    expect(other.count).toBe(known.count);
    expect(known.retryAfter).toBeGreaterThan(60);
    expect((await ask(`e2e-${randomUUID()}@todo.example`)).status).toBe(202);
    if (mailUrl) await resetTokenFor(email, known.count);
  });
});

describe.skipIf(isDirect)("a change of the password", () => {
  const change = (headers: Record<string, string>, current_password: string) =>
    call("POST", "/api/auth/change-password", {
      body: { current_password, password: newPassword },
      headers: { ...headers, origin },
    });

  test("ends every session but the new one of who asked", async () => {
    const account = await newAccount();
    const { email, password } = account;
    const [mine, other] = [await cookieOf(account), await cookieOf(account)];
    const wrong = await change(mine, "not the password");
    expectProblem(wrong, 403);
    expect((await call("GET", "/api/tasks", { headers: other })).status).toBe(200);
    const changed = await change(mine, password);
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const next = { cookie: changed.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
    for (const headers of [mine, other]) await expectEnded(headers);
    expect((await call("GET", "/api/tasks", { headers: next })).status).toBe(200);
    expectProblem(await signIn(email, password), 401);
    expect((await signIn(email, newPassword)).status).toBe(200);
  });

  test("wants a session: neither nobody nor a bearer token changes anything", async () => {
    const { token, password, email } = await newAccount();
    const bearer = { Authorization: `Bearer ${await token()}` };
    for (const headers of [{}, bearer, { cookie: "todo-session=made.up" }]) {
      expectProblem(await change(headers as Record<string, string>, password), 401);
    }
    expect((await signIn(email, password)).status).toBe(200);
    if (mailUrl)
      expect((await mailTo(email)).filter(({ html }) => html.includes("token"))).toEqual([]);
  });
});
