import { randomUUID } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { baseUrl, call, expectProblem, newUser } from "../client.ts";
import { open } from "../socket.ts";
import { arrivalMs } from "../wait.ts";

const origin = new URL(baseUrl).origin;
const password = "correct horse battery staple";

type SignedIn = { user: { id: string; email: string; name: string; role: string } };

const newcomer = () => ({ name: "New", email: `e2e-${randomUUID()}@todo.example`, password });

/** Signs up as a page does, and gives what the browser then sends by itself. */
async function signUp(body = newcomer()) {
  const headers = { origin };
  const answer = await call<SignedIn>("POST", "/api/auth/sign-up/email", { body, headers });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return { ...body, answer, user: answer.body.user, cookie: cookieOf(answer.headers) };
}

const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(";")[0] ?? "";

const signIn = (body: object, headers = {}) =>
  call<SignedIn>("POST", "/api/auth/sign-in/email", { body, headers });

// Where backend is met without a gateway no page is, and so no origin is allowed.
describe.skipIf(process.env.TODO_DIRECT === "true")("accounts", () => {
  test("whoever registers is signed in, and told of once in their activity", async () => {
    const { user, cookie, answer } = await signUp();
    expect(user).toMatchObject({ role: "user", name: "New" });
    expect(user.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer.headers.getSetCookie()[0]).toMatch(/HttpOnly/);
    const headers = { cookie };
    const entries = async () => {
      const { body } = await call<{ entries: { event_type: string }[] }>("GET", "/api/activity", {
        headers,
      });
      return body.entries.filter(({ event_type }) => event_type === "registered");
    };
    await expect.poll(entries, { timeout: arrivalMs }).not.toHaveLength(0);
    expect(await entries()).toHaveLength(1);
  });

  test("an address has one account, however it is written", async () => {
    const { email } = await signUp();
    const body = { name: "Other", email: email.toUpperCase(), password: "another password" };
    expectProblem(await call("POST", "/api/auth/sign-up/email", { body }), 409);
  });

  test("of ten sign-ups at once with one address one makes the account", async () => {
    const body = newcomer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call("POST", "/api/auth/sign-up/email", { body })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  });

  test("a wrong password and an unknown address are refused alike", async () => {
    const { email } = await signUp();
    const wrong = await signIn({ email, password: "not the password" });
    expectProblem(wrong, 401);
    const unknown = await signIn({ email: newcomer().email, password: "not the password" });
    expectProblem(unknown, 401);
    const said = ({ body }: { body: unknown }) => ({ ...(body as object), request_id: "" });
    expect(said(unknown)).toEqual(said(wrong));
  });

  test("a password cannot be tried at one account for long", async ({ skip }) => {
    const { email, answer } = await signUp();
    if (!answer.headers.has("ratelimit-policy")) skip("lifted here by configuration");
    for (let count = 0; ; count++) {
      const { status, headers } = await signIn({ email, password: `guess ${count}` });
      if (status === 429) {
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
        return;
      }
      expect(status).toBe(401);
      expect(count).toBeLessThan(200);
    }
  });

  test("who signs in again is the same user, and a session that was signed out is over", async () => {
    const { user, email, cookie } = await signUp();
    const again = await signIn({ email, password }, { origin });
    expect(again.body.user.id).toBe(user.id);
    const [first, second] = [{ cookie }, { cookie: cookieOf(again.headers) }];
    const session = await call<SignedIn>("GET", "/api/auth/get-session", { headers: first });
    expect(session.body.user).toEqual(user);
    const out = await call("POST", "/api/auth/sign-out", { headers: { ...first, origin } });
    expect(out.status).toBe(200);
    // Each replica of several is asked by one of these.
    for (let count = 0; count < 5; count++) {
      expectProblem(await call("GET", "/api/tasks", { headers: first }), 401);
      expectProblem(await call("GET", "/api/auth/token", { headers: first }), 401);
    }
    expect((await call("GET", "/api/auth/get-session", { headers: first })).body).toBeNull();
    expect(await open({ headers: { ...first, origin } }).refused).toBe(401);
    expect((await call("GET", "/api/tasks", { headers: second })).status).toBe(200);
  });

  test("a page of ours changes something by the cookie, others do not", async () => {
    const { cookie } = await signUp();
    const create = (headers: object) =>
      call("POST", "/api/tasks", { body: { title: "By cookie" }, headers: { cookie, ...headers } });
    expectProblem(await create({}), 403);
    expectProblem(await create({ origin: "https://evil.example" }), 403);
    expect((await create({ origin })).status).toBe(201);
  });

  test("a page connects by its cookie, from an allowed origin only", async () => {
    const { cookie } = await signUp();
    const page = open({ headers: { cookie, origin } });
    await page.first("ready");
    await page.close();
    expect(await open({ headers: { cookie, origin: "https://evil.example" } }).refused).toBe(403);
    expect(await open({ headers: { cookie } }).refused).toBe(403);
  });

  test("a program's token is verified by the public keys alone", async () => {
    const user = await newUser();
    const keys = createRemoteJWKSet(new URL("/api/auth/jwks", baseUrl));
    const { payload } = await jwtVerify(user.token, keys, { audience: "todo-evolution" });
    expect(payload).toMatchObject({ sub: user.id, role: "user" });
  });

  test("nobody signs up as an operator, whatever they send", async () => {
    const body = { ...newcomer(), role: "operator" };
    expectProblem(await call("POST", "/api/auth/sign-up/email", { body }), 400);
    const reserved = { ...newcomer(), email: "operator@todo.example" };
    const { status } = await call("POST", "/api/auth/sign-up/email", { body: reserved });
    // On a stack that names other operators it is an address like any other.
    expect([200, 409]).toContain(status);
  });
});
