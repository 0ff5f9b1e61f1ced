import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Producer, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, openTab } from "../browser/browser.ts";
import { findChromium } from "../browser/find-chromium.ts";
import { type Answer, baseUrl, call } from "../client.ts";
import { requireStack } from "../stack.ts";
import { kafkaOptions } from "./kafka.ts";
import { eventsJson } from "./operator.ts";

type Page = Answer<string>;

const origin = new URL(baseUrl).origin;

/** What lets somebody in who has signed up or in: their session, as programs show it. */
async function sessionBy(path: "sign-up" | "sign-in", body: object): Promise<string> {
  const answer = await call("POST", `/api/auth/${path}/email`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return `Bearer ${answer.headers.get("set-auth-token")}`;
}

const ask = (path: string, authorization?: string): Promise<Page> =>
  call<string>("GET", path, { headers: authorization ? { Authorization: authorization } : {} });

const send = (path: string, authorization: string, from = origin): Promise<Page> =>
  call<string>("POST", path, { headers: { Authorization: authorization, Origin: from } });

describe("the page of operators", () => {
  const producer = new Producer({
    ...kafkaOptions(requireStack(), "e2e"),
    serializers: stringSerializers,
  });
  let user = "";
  let operator = "";
  beforeAll(async () => {
    const email = `e2e-${randomUUID()}@todo.example`;
    const password = randomUUID();
    user = await sessionBy("sign-up", { name: "No operator", email, password });
    operator = await sessionBy("sign-in", requireStack().operator);
  });
  afterAll(() => producer.close(true));

  /** Has audit set a record aside that is no event; gives the id of its dead letter. */
  async function deadLetter(): Promise<{ id: string; mark: string }> {
    const mark = randomUUID();
    const value = `not JSON <i>${mark}</i>`;
    await producer.send({ messages: [{ topic: "task-events", key: mark, value, headers: {} }] });
    for (let tries = 0; tries < 60; tries++) {
      const letters = await eventsJson<{ id: string; event: unknown }[]>(
        ...["dlq", "list", "--app", "audit"],
      );
      const found = letters.find(({ event }) => event === value);
      if (found) return { id: found.id, mark };
      await sleep(500);
    }
    throw new Error("no dead letter came");
  }

  test("lets nobody in but operators, and shows others nothing", async () => {
    for (const path of ["/ops", "/ops/letters/task-events.audit.dlq/0/0"]) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, "Bearer garbage")).status).toBe(401);
      const refused = await ask(path, user);
      expect(refused.status).toBe(403);
      expect(refused.body).not.toContain("audit");
    }
  });

  test.runIf(findChromium())(
    "is come back to by who had to sign in first, by the page",
    async () => {
      const browser = await launch();
      try {
        const { page } = await openTab(await browser.newContext(), "/ops");
        await page.getByRole("link", { name: "Sign in" }).click();
        const { email = "", password } = requireStack().operator;
        await page.getByLabel("E-mail").fill(email);
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText("Processes running").waitFor();
        expect(new URL(page.url()).pathname).toBe("/ops");
      } finally {
        await browser.close();
      }
    },
  );

  test("shows every service, sidecar, topic and outbox, and needs no script", async () => {
    const { status, headers, body } = await ask("/ops", operator);
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(body).not.toContain("<script");
    for (const [appId, { urls }] of Object.entries(requireStack().services)) {
      expect(body).toContain(`<th scope="row">${appId}</th>`);
      expect(body).toContain(`<th scope="row">${appId}-sidecar</th>`);
      expect(body).toContain(`${urls[0]}/metrics`);
    }
    for (const word of ["task-events", "reminders", "Outboxes", "Events behind", "kafka"]) {
      expect(body).toContain(word);
    }
  });

  test("shows a dead letter, redrives it once and no more, and not for another site", {
    timeout: 90_000,
  }, async () => {
    const { id, mark } = await deadLetter();
    expect((await ask("/ops", operator)).body).toContain(id);
    const path = `/ops/letters/${id}`;
    const shown = await ask(path, operator);
    expect(shown.body).toContain(mark);
    expect(shown.body).not.toContain(`<i>${mark}`);
    expect((await send(`${path}/redrive`, operator, "https://evil.example")).status).toBe(403);
    expect((await send(`${path}/redrive`, user)).status).toBe(403);
    expect((await ask(path, operator)).status).toBe(200);

    // Not followed, or the answer would be that of the overview.
    const headers = { Authorization: operator, Origin: origin };
    const url = new URL(`${path}/redrive`, baseUrl);
    const sent = await fetch(url, { method: "POST", headers, redirect: "manual" });
    expect(sent.status).toBe(303);
    expect((await ask(sent.headers.get("location") ?? "", operator)).body).toContain(
      `redriven ${id}`,
    );
    expect((await ask(path, operator)).status).toBe(404);
    expect((await send(`${path}/redrive`, operator)).status).toBe(404);

    // What is no event comes back, as a letter of its own: to the same consumer, once.
    await sleep(8_000);
    const letters = await eventsJson<{ id: string; consumer: string; event: unknown }[]>(
      ...["dlq", "list"],
    );
    const again = letters.filter(({ event }) => String(event).includes(mark));
    const ofAudit = again.filter(({ consumer }) => consumer === "audit");
    expect(ofAudit).toHaveLength(1);
    for (const letter of again) {
      await send(`/ops/letters/${letter.id}/discard`, operator);
    }
    const left = await eventsJson<{ id: string }[]>("dlq", "list");
    expect(left.filter((letter) => again.some((one) => one.id === letter.id))).toEqual([]);
  });
});
