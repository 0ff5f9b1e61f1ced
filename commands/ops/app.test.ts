import { describe, expect, test, vi } from "vitest";
import type { DeadLetter } from "#commands/events/dead-letters.ts";
import { Refusal } from "#commands/run.ts";
import { type Visitor, visitorOf } from "./access.ts";
import { createOperatorApp, type OperatorAppDeps } from "./app.ts";
import { type Overview, restartsIn, type ShownProcess } from "./overview.ts";

const page = "http://127.0.0.1:18000";
const id = "task-events.audit.dlq/0/7";

const letter: DeadLetter = {
  ...{ id, deadLetterTopic: "task-events.audit.dlq", partition: 0, offset: 7n },
  ...{ topic: "task-events", position: "0/12", consumer: "audit", attempts: 4 },
  error: "<script>alert(1)</script>",
  failedAt: "2026-01-31T09:00:00.000Z",
  key: Buffer.from("a user"),
  value: Buffer.from('{"title":"<img src=x>"}'),
};

const backend: ShownProcess = {
  ...{ name: "backend", state: "running", pid: "4711", since: "2026-01-31T09:00:00.000Z" },
  ...{ memory: "120 MiB", url: undefined, degraded: ["redis"], version: "Node 24", restarts: "1" },
};

const calm: Overview = {
  processes: [backend],
  waiting: { lags: [], letters: [], outboxes: [] },
  findings: [],
  links: [{ title: "The API", url: "/docs", says: "what it takes" }],
  at: new Date("2026-01-31T10:00:00Z"),
};

function appFor(visitor: Visitor, changes: Partial<OperatorAppDeps> = {}) {
  const handle = vi.fn<OperatorAppDeps["handle"]>(async (one) => ({ done: [one], missing: [] }));
  const app = createOperatorApp({
    visitorOf: async () => visitor,
    origins: () => [page],
    overview: async () => calm,
    letter: async (wanted) => (wanted === id ? letter : undefined),
    handle,
    ...changes,
  });
  const post = (path: string, headers: Record<string, string> = { origin: page }) =>
    app.request(path, { method: "POST", headers });
  return { app, handle, post };
}

const paths = ["/ops", `/ops/letters/${id}`, `/ops/letters/${id}/redrive`, "/ops/elsewhere"];

describe("the page of operators", () => {
  test.each([
    ["nobody", 401],
    ["user", 403],
  ] as const)("shows and does nothing for %s", async (visitor, status) => {
    const overview = vi.fn(async () => calm);
    const { app, handle, post } = appFor(visitor, { overview });
    for (const path of paths) {
      const response = await app.request(path);
      expect([path, response.status]).toEqual([path, status]);
      expect(await response.text()).not.toMatch(/4711|audit/);
    }
    expect((await post(`/ops/letters/${id}/redrive`)).status).toBe(status);
    expect(handle).not.toHaveBeenCalled();
    expect(overview).not.toHaveBeenCalled();
  });

  test("leads who is nobody to signing in, and back", async () => {
    const said = await (await appFor("nobody").app.request("/ops")).text();
    expect(said).toContain('href="/sign-in?then=/ops">Sign in<');
    expect(await (await appFor("user").app.request("/ops")).text()).toContain(
      "npm start ends with",
    );
  });

  test("needs no script, takes nothing from elsewhere and is kept by nobody", async () => {
    const response = await appFor("operator").app.request("/ops");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).not.toMatch(/<script|<link|<img| style=| on\w+=/);
  });

  test("loads itself again until that is stopped", async () => {
    const { app } = appFor("operator");
    expect(await (await app.request("/ops")).text()).toContain('http-equiv="refresh"');
    const stopped = await (await app.request("/ops?live=off")).text();
    expect(stopped).not.toContain("http-equiv");
    expect(stopped).toContain("go on");
  });

  test("says that all is well only when it is", async () => {
    const says = async (overview: Overview) =>
      (await appFor("operator", { overview: async () => overview }).app.request("/ops")).text();
    const well = await says(calm);
    expect(well).toContain('<h1 class="good">All is well</h1>');
    expect(well).toContain("without redis");
    const stopped = { ...backend, state: "stopped" } as const;
    expect(await says({ ...calm, processes: [stopped] })).toContain("Something is wrong");
    const unknown = await says({ ...calm, waiting: { unknown: "Kafka does not answer" } });
    expect(unknown).toMatch(/Something is wrong[\s\S]*Kafka does not answer/);
    const outbox = { app: "backend", depth: 12, ageSeconds: 40 };
    const lag = { app: "audit", topic: "task-events", committed: 1, end: 9, lag: 4 } as const;
    const waiting = {
      lags: [
        { ...lag, partition: 0 },
        { ...lag, partition: 1 },
      ],
      letters: [letter],
      outboxes: [outbox],
    };
    const finding = { severity: "broken", about: "Service x", fault: "f", remedy: "r" } as const;
    const ill = await says({ ...calm, waiting, findings: [finding] });
    expect(ill).toContain("<dt>Events behind</dt><dd>8</dd>");
    expect(ill).toContain("<dt>In outboxes</dt><dd>12</dd>");
    expect(ill).toContain(`href="/ops/letters/${id}"`);
    expect(ill).toContain("4 · 4");
  });

  test("shows only what was done, whatever an address says", async () => {
    const { app } = appFor("operator");
    const shown = async (done: string) =>
      (await app.request(`/ops?${new URLSearchParams({ done })}`)).text();
    expect(await shown(`redriven ${id}`)).toContain(`redriven ${id}`);
    expect(await shown("call 555-1234 at once")).not.toContain("555");
  });
});

test("the first start of a process is no restart", () => {
  expect(["", "1", "2 (pid 4711 is gone)"].map(restartsIn)).toEqual([
    "",
    "",
    "1 (pid 4711 is gone)",
  ]);
});

describe("a dead letter", () => {
  test("is shown whole, as text", async () => {
    const response = await appFor("operator").app.request(`/ops/letters/${id}`);
    const text = await response.text();
    expect(text).toContain("&lt;script&gt;");
    expect(text).toContain("&lt;img src=x&gt;");
    expect(text).not.toMatch(/<script|<img/);
  });

  test.each([
    ["redrive", "redriven"],
    ["discard", "discarded"],
  ] as const)("is to %s only after a question", async (action, verdict) => {
    const { app, handle, post } = appFor("operator");
    const path = `/ops/letters/${id}/${action}`;
    const asked = await (await app.request(path)).text();
    expect(asked).toContain(`<form method="post" action="${path}">`);
    expect(handle).not.toHaveBeenCalled();
    const response = await post(path);
    expect(handle).toHaveBeenCalledExactlyOnceWith(id, verdict);
    expect(response.status).toBe(303);
    const to = new URL(response.headers.get("location") ?? "", page);
    expect([to.pathname, to.searchParams.get("done")]).toEqual(["/ops", `${verdict} ${id}`]);
  });

  test.each([
    ["another site", { origin: "https://evil.example" }],
    ["no site that says its name", {}],
    ["a hidden one", { origin: "null" }],
  ])("is left alone by a form of %s", async (_, headers) => {
    const { handle, post } = appFor("operator");
    const response = await post(`/ops/letters/${id}/discard`, headers as Record<string, string>);
    expect(response.status).toBe(403);
    expect(handle).not.toHaveBeenCalled();
  });

  test("that is gone is said to be so, and a failure is not said to be done", async () => {
    const none = { done: [], missing: [id] };
    const { app, post } = appFor("operator", { handle: async () => none });
    expect((await app.request("/ops/letters/task-events.audit.dlq/0/8")).status).toBe(404);
    expect((await post(`/ops/letters/${id}/redrive`)).status).toBe(404);
    const away = appFor("operator", {
      handle: async () => {
        throw new Refusal("Kafka does not answer");
      },
    });
    const response = await away.post(`/ops/letters/${id}/redrive`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("Kafka does not answer");
  });
});

describe("who asks", () => {
  const urls = ["http://one", "http://two"];
  const answering = (body: unknown, status = 200) =>
    vi.fn<typeof fetch>(async () => Response.json(body, { status }));
  const cookie = new Headers({ cookie: "session=a", "x-other": "b" });

  test("is what backend says of the session that is shown, and nothing else", async () => {
    const ask = answering({ user: { role: "operator" } });
    expect(await visitorOf(cookie, urls, ask)).toBe("operator");
    expect(ask).toHaveBeenCalledExactlyOnceWith(
      "http://one/api/auth/get-session",
      expect.objectContaining({ headers: { cookie: "session=a" } }),
    );
    expect(await visitorOf(cookie, urls, answering({ user: { role: "user" } }))).toBe("user");
    expect(await visitorOf(cookie, urls, answering({ user: {} }))).toBe("user");
  });

  test("is nobody without a session, or where backend does not know it or does not answer", async () => {
    const ask = answering({ user: { role: "operator" } });
    expect(await visitorOf(new Headers({ "x-role": "operator" }), urls, ask)).toBe("nobody");
    expect(ask).not.toHaveBeenCalled();
    const operator = { user: { role: "operator" } };
    for (const [body, status] of [
      [null, 200],
      ["operator", 200],
      [operator, 401],
      [operator, 500],
    ]) {
      expect(await visitorOf(cookie, urls, answering(body, status as number))).toBe("nobody");
    }
    const away = vi.fn<typeof fetch>(() => Promise.reject(new Error("refused")));
    expect(await visitorOf(cookie, urls, away)).toBe("nobody");
    expect(away).toHaveBeenCalledTimes(2);
  });
});
