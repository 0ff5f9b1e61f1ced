import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { htmlOf, smtpReplyOf } from "#apps/kit/dapr/mail.ts";
import type { SidecarResponse } from "#apps/kit/dapr/sidecar-fetch.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { forgetReceived } from "#apps/kit/events/forget.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createReceiver } from "#apps/kit/events/subscriptions.ts";
import { createMetrics } from "#apps/kit/http/metrics.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { sampleBytes, samples, silentLog, uuidOf } from "#apps/kit/testing/samples.ts";
import { handlersOf } from "./app.ts";
import { createMailer, createMailMetrics, type Mailer, type MailerDeps } from "./mailer.ts";
import * as tables from "./schema.ts";
import { reminderText, subjectOf } from "./text.ts";

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase(tables);
}, 180_000);
beforeEach(() => base.clear());
afterAll(() => base.close());

const soon = vi.fn();
const receive = async (topic: "reminders" | "user-events", number = 1, changes: object = {}) => {
  const data = { ...samples[topic], ...changes };
  const receiveAll = createReceiver(
    services.notification,
    handlersOf({ outbox: createOutbox(services.notification), mailer: { soon } }),
    {
      appId: "notification",
      database: base.database,
      sendDeadLetter: async (letter) => {
        throw new Error(`a dead letter: ${letter.error}`);
      },
      ping: async () => {},
      log: silentLog,
      retryDelaysMs: [],
    },
  );
  return (await receiveAll(topic, [{ bytes: sampleBytes(topic, { id: number, data }) }]))[0];
};
const notificationRows = () => base.database.select().from(tables.notifications);
const mailRows = () => base.database.select().from(tables.mails).orderBy(tables.mails.createdAt);
const outboxRows = () => base.database.select().from(tables.outbox).orderBy(tables.outbox.id);

describe("an event", () => {
  test("makes notification, event and mail together", async () => {
    expect(await receive("reminders")).toBe("SUCCESS");
    expect(await outboxRows()).toMatchObject([
      {
        ...{ topic: "notifications", type: "com.todo.notification.created", sequence: 1 },
        data: {
          ...{ kind: "reminder", reminder_id: uuidOf(200), channels: ["in_app", "email"] },
          body: "“Water the plants” is due on 2026-01-31 at 09:00 UTC.",
        },
      },
    ]);
    const [mail] = await mailRows();
    expect(mail).toMatchObject({ status: "pending", subject: "Reminder: Water the plants" });
    expect((await outboxRows())[0]?.subject).toBe(mail?.id);
    expect(soon).toHaveBeenCalled();
  });

  test("that comes again makes nothing more, nor another of the same reminder", async () => {
    await receive("reminders", 1);
    await receive("reminders", 1);
    await receive("reminders", 2);
    expect(await outboxRows()).toHaveLength(1);
    expect(await mailRows()).toHaveLength(1);
  });

  test("of a registration welcomes the user once", async () => {
    await receive("user-events");
    await receive("user-events");
    expect(await outboxRows()).toMatchObject([{ data: { kind: "welcome", reminder_id: null } }]);
    expect(await mailRows()).toHaveLength(1);
  });

  test.each(["reminders", "user-events"] as const)(
    "of %s changes nothing when it is replayed: the inbox forgot it, the effects are there",
    async (topic) => {
      await receive(topic);
      const before = [await notificationRows(), await mailRows(), await outboxRows()];
      await forgetReceived(base.database, new Date(0));
      expect(await receive(topic)).toBe("SUCCESS");
      expect([await notificationRows(), await mailRows(), await outboxRows()]).toEqual(before);
    },
  );

  test.each(["reminders", "user-events"] as const)(
    "of %s that is replayed makes the notification that was lost as it was, and tells nobody again",
    async (topic) => {
      await receive(topic);
      const before = [await notificationRows(), await mailRows(), await outboxRows()];
      await base.database.delete(tables.notifications);
      await forgetReceived(base.database, new Date(0));
      expect(await receive(topic)).toBe("SUCCESS");
      expect([await notificationRows(), await mailRows(), await outboxRows()]).toEqual(before);
    },
  );

  test("keeps the trace of what caused it", async () => {
    await receive("reminders");
    expect((await outboxRows())[0]?.traceparent).toContain("0af7651916cd43dd8448eb211c80319c");
  });
});

describe("mail", () => {
  const ok: SidecarResponse = { ok: true, status: 204, text: "" };
  const sent: [string, string][] = [];
  const send = vi.fn(async (to: string, { subject }: { subject: string; html: string }) => {
    sent.push([to, subject]);
    return ok;
  });
  const addressOf = vi.fn(async (userId: string): Promise<string | undefined> => `${userId}@test`);
  const metricsOf = () => createMailMetrics(createMetrics("test").registry);
  const started: Mailer[] = [];
  const mailer = (metrics = metricsOf(), sender: MailerDeps["send"] = send) => {
    const deps = { database: base.database, addressOf, metrics, log: silentLog };
    const one = createMailer({ ...deps, send: sender });
    started.push(one);
    return one;
  };
  // Each looks for mail by itself every two seconds, also for that of the tests that follow.
  afterEach(() => Promise.all(started.splice(0).map((one) => one.stop())));
  const failing = (text: string): SidecarResponse => ({ ok: false, status: 500, text });
  const now = () => base.database.update(tables.mails).set({ nextTryAt: new Date(0) });
  const repeated = async (metrics: ReturnType<typeof metricsOf>) =>
    (await metrics.repeated.get()).values[0]?.value ?? 0;

  beforeEach(() => {
    sent.length = 0;
    vi.clearAllMocks();
  });

  const fifty = async () => {
    for (let number = 1; number <= 50; number++) {
      const changes = {
        user_id: uuidOf(number),
        reminder_id: uuidOf(200 + number),
        title: `${number}`,
      };
      const data = { ...samples.reminders, ...changes };
      const bytes = sampleBytes("reminders", { id: number, userId: uuidOf(number), data });
      const handlers = handlersOf({
        outbox: createOutbox(services.notification),
        mailer: { soon },
      });
      const deps = {
        ...{ appId: "notification", database: base.database, log: silentLog },
        sendDeadLetter: async () => {},
        ping: async () => {},
      };
      await createReceiver(services.notification, handlers, deps)("reminders", [{ bytes }]);
    }
  };

  test("of fifty reminders reaches fifty users, each once, by two replicas at once", async () => {
    await fifty();
    await Promise.all([mailer().drain(), mailer().drain()]);
    const expected = Array.from({ length: 50 }, (_, index) => [
      ...[`${uuidOf(index + 1)}@test`, `Reminder: ${index + 1}`],
    ]);
    expect([...sent].sort()).toEqual(expected.sort());
    expect(new Set((await mailRows()).map(({ status }) => status))).toEqual(new Set(["sent"]));
  });

  test("goes out a few at once, after a first that shows that the way is free", async () => {
    await fifty();
    const underWay: number[] = [];
    let count = 0;
    const four = Promise.withResolvers<void>();
    // Not for ever, so that fewer at once are told as what they are.
    const untilFour = Promise.race([four.promise, sleep(10_000, undefined, { ref: false })]);
    const slow = async () => {
      underWay.push(++count);
      if (count === 4) four.resolve();
      if (underWay.length > 1) await untilFour;
      await sleep(20);
      count--;
      return ok;
    };
    await mailer(metricsOf(), slow).drain();
    expect(underWay).toHaveLength(50);
    expect(underWay.slice(0, 2)).toEqual([1, 1]);
    expect(Math.max(...underWay)).toBe(4);
  });

  test("waits while the server is away, and is sent once when it is back", async () => {
    await receive("reminders");
    const metrics = metricsOf();
    send.mockResolvedValueOnce(failing("dial tcp 127.0.0.1:25: connect: connection refused"));
    await mailer(metrics).drain();
    expect(await mailRows()).toMatchObject([{ status: "pending", attempts: 1 }]);
    await mailer(metrics).drain();
    expect(send).toHaveBeenCalledTimes(1);
    await now();
    await mailer(metrics).drain();
    expect(await mailRows()).toMatchObject([{ status: "sent", attempts: 2 }]);
    expect(await repeated(metrics)).toBe(0);
  });

  test("that the server refuses for good is not tried again", async () => {
    await receive("reminders");
    const text = "sending email failed: gomail: could not send email 1: 550 5.1.1 no such mailbox";
    send.mockResolvedValueOnce(failing(text));
    await mailer().drain();
    await now();
    await mailer().drain();
    expect(send).toHaveBeenCalledTimes(1);
    expect(await mailRows()).toMatchObject([{ status: "failed" }]);
  });

  test("without a known end goes out once more, and is counted", async () => {
    await receive("reminders");
    const metrics = metricsOf();
    send.mockRejectedValueOnce(new AwayError("no answer"));
    await mailer(metrics).drain();
    await now();
    await mailer(metrics).drain();
    expect(await mailRows()).toMatchObject([{ status: "sent" }]);
    expect(await repeated(metrics)).toBe(1);
  });

  test("of a process that died is left alone for its time, then sent again and counted", async () => {
    await receive("reminders");
    const claimedUntil = new Date(Date.now() + 60_000);
    await base.database.update(tables.mails).set({ claimedUntil });
    const metrics = metricsOf();
    await mailer(metrics).drain();
    expect(send).not.toHaveBeenCalled();
    await base.database.update(tables.mails).set({ claimedUntil: new Date(0) });
    await mailer(metrics).drain();
    expect(send).toHaveBeenCalledTimes(1);
    expect(await repeated(metrics)).toBe(1);
  });

  test("waits for an address that cannot be asked for, and ends where there is no account", async () => {
    await receive("reminders");
    addressOf.mockRejectedValueOnce(new AwayError("backend is away"));
    await mailer().drain();
    expect(await mailRows()).toMatchObject([{ status: "pending" }]);
    addressOf.mockResolvedValueOnce(undefined);
    await now();
    await mailer().drain();
    expect(await mailRows()).toMatchObject([{ status: "failed" }]);
    expect(send).not.toHaveBeenCalled();
  });

  test("is given up after a day", async () => {
    await receive("reminders");
    const createdAt = new Date(Date.now() - 25 * 3_600_000);
    await base.database.update(tables.mails).set({ createdAt });
    send.mockResolvedValueOnce(failing("connection refused"));
    await mailer().drain();
    expect(await mailRows()).toMatchObject([{ status: "failed" }]);
  });

  test("is not begun after a stop", async () => {
    await receive("reminders");
    const one = mailer();
    await one.stop();
    await one.drain();
    expect(send).not.toHaveBeenCalled();
  });
});

describe("a text", () => {
  test("of a user is text in the mail and one line in the subject", () => {
    const text = reminderText({ ...samples.reminders, title: "<b>\r\nBcc: eve@test</b>" } as never);
    expect(htmlOf(text)).not.toContain("<b>");
    expect(subjectOf(text)).toBe("Reminder: <b> Bcc: eve@test</b>");
    expect([...subjectOf({ title: "😀".repeat(200), body: "" })]).toHaveLength(150);
  });

  test.each([
    ["gomail: could not send email 1: 550 5.1.1 unknown", "550"],
    ["gomail: could not send email 1: 421 later", "421"],
    ["dial tcp: connection refused after 550 ms", undefined],
  ])("of a failure %s has the reply %s", (text, reply) => {
    expect(smtpReplyOf(text)).toBe(reply);
  });
});
