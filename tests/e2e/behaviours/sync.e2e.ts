import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { closeCodes, syncProtocol } from "#apps/contracts/sync.ts";
import { call, createTasks, expectProblem, newUser, type TaskView, type User } from "../client.ts";
import { inMs, remind } from "../reminders.ts";
import { connect, numbers, open, sequencesOf, syncUrl } from "../socket.ts";
import { arrivalMs } from "../wait.ts";

/** Long enough for one message too many to show itself. */
const strayMs = 500;

const bearerOf = ({ token }: User) => ({ Authorization: `Bearer ${token}` });

describe.skipIf(!syncUrl)("a WebSocket", { timeout: 120_000 }, () => {
  test("tells every client of a user each change in order, and nobody else", async () => {
    const [user, stranger] = [await newUser(), await newUser()];
    const clients = [await connect(user), await connect(user)];
    const other = await connect(stranger);
    const { body: task } = await user.create({ title: "Water", priority: "high" });
    const path = `/api/tasks/${task.id}`;
    const changed = await user.call<TaskView>("PATCH", path, { body: { title: "Water all" } });
    expect(changed.status).toBe(200);
    expect((await user.call("POST", `${path}/complete`)).status).toBe(200);
    expect((await user.call("DELETE", path)).status).toBe(204);

    for (const client of clients) {
      const changes = await client.untilChanges(4);
      expect(changes.map(({ change }) => change)).toEqual([
        ...["created", "updated", "completed", "deleted"],
      ]);
      expect(changes.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(changes.slice(0, 3).map(({ task }) => task)).toMatchObject([
        { id: task.id, title: "Water", completed: false, priority: "high", version: 1 },
        { id: task.id, title: "Water all", completed: false, version: 2 },
        { id: task.id, title: "Water all", completed: true, version: 3 },
      ]);
    }
    await sleep(strayMs);
    expect(other.changes()).toEqual([]);
    await Promise.all([...clients, other].map((client) => client.close()));
  });

  test("goes on after the sequence of a list, without a gap or a repeat", async () => {
    const user = await newUser();
    await createTasks(user, 5);
    const listed = await user.call<{ tasks: TaskView[]; sequence: number }>("GET", "/api/tasks");
    expect(listed.body).toMatchObject({ sequence: 5 });
    await createTasks(user, 3);
    const client = await connect(user, { after: listed.body.sequence });
    await createTasks(user, 2);
    await client.untilChanges(5);
    expect(sequencesOf(client)).toEqual(numbers(6, 10));
    await client.close();
  });

  test("resumes where a client left off while changes go on, over many pages", async () => {
    const user = await newUser();
    const before = await connect(user);
    await createTasks(user, 3);
    await before.untilChanges(3);
    before.socket.terminate();
    // More than a page of the feed.
    await createTasks(user, 120);
    // As long as somebody visits: a visit that finds nothing new would wait for ever.
    let created = 123;
    let isOver = false;
    const goingOn = (async () => {
      for (; !isOver; created++) await createTasks(user, 1);
    })();
    // Comes and goes meanwhile, each time with the last that it knows.
    const seen: number[] = [];
    for (let visits = 0; visits < 4; visits++) {
      const visitor = open({ after: 3 + seen.length, headers: bearerOf(user) });
      await visitor.first("change");
      visitor.socket.terminate();
      await visitor.closed;
      seen.push(...sequencesOf(visitor));
    }
    isOver = true;
    await goingOn;
    const last = await connect(user, { after: 3 + seen.length });
    await last.untilChanges(created - 3 - seen.length);
    expect([...seen, ...sequencesOf(last)]).toEqual(numbers(4, created));
    await last.close();
  });

  test("without a sequence begins with the present", async () => {
    const user = await newUser();
    await createTasks(user, 3);
    const client = await connect(user);
    expect(await client.first("ready")).toEqual({ type: "ready", sequence: 3 });
    await createTasks(user, 1);
    await client.untilChanges(1);
    expect(sequencesOf(client)).toEqual([4]);
    await client.close();
  });

  test("with a sequence that never was is told to begin anew, and goes on from there", async () => {
    const user = await newUser();
    await createTasks(user, 2);
    const client = await connect(user, { after: 4_000 });
    expect(await client.first("resync")).toEqual({ type: "resync", sequence: 2 });
    await createTasks(user, 1);
    await client.untilChanges(1);
    expect(sequencesOf(client)).toEqual([3]);
    await client.close();
  });

  test("tells a reminder that is due", async () => {
    const user = await newUser();
    const client = await connect(user);
    const { body: task } = await user.create({ title: "Call", due_date: inMs(86_400_000) });
    const [set] = await remind(user, task.id, { type: "custom", remind_at: inMs(4_000) });
    const isOfReminder = () =>
      client.told.find((one) => one.type === "notification" && one.kind === "reminder");
    const endsAt = performance.now() + arrivalMs;
    while (!isOfReminder() && performance.now() < endsAt) await sleep(20);
    expect(isOfReminder()).toMatchObject({ reminder_id: set?.id, title: "Reminder: Call" });
    await client.close();
  });

  test.for([
    ["no token", () => ({}), 401],
    ["garbage for a token", () => ({ Authorization: "Bearer garbage" }), 401],
    ["another scheme", ({ token }: User) => ({ Authorization: `Basic ${token}` }), 401],
    [
      "a token signed by somebody else",
      ({ token }: User) => ({ Authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` }),
      401,
    ],
    [
      "a token whose end was put off",
      ({ token }: User) => ({ Authorization: `Bearer ${withExpiry(token, 9_999_999_999)}` }),
      401,
    ],
    [
      "a page of another origin",
      (user: User) => ({ ...bearerOf(user), Origin: "https://evil.example" }),
      403,
    ],
    ["a page of no origin", (user: User) => ({ ...bearerOf(user), Origin: "null" }), 403],
  ] as const)("is refused to %s", async ([, headersOf, status]) => {
    const headers: Record<string, string> = headersOf(await newUser());
    expect(await open({ headers }).refused).toBe(status);
  });

  test.for(["x", "-1", "1.5", "", "1e3", "99999999999999999999"])(
    "is refused with the sequence %j",
    async (after) => {
      const headers = bearerOf(await newUser());
      expect(await open({ after, headers }).refused).toBe(400);
    },
  );

  test("shows nobody the changes of another user, whatever the client asks for", async () => {
    const [owner, stranger] = [await newUser(), await newUser()];
    await createTasks(owner, 3);
    const url = `${syncUrl.replace(/\/$/, "")}/ws?user_id=${owner.id}&userId=${owner.id}`;
    const client = open({ after: 0, url, headers: bearerOf(stranger) });
    expect(await client.first("ready")).toEqual({ type: "ready", sequence: 0 });
    await createTasks(owner, 1);
    await sleep(strayMs);
    expect(client.changes()).toEqual([]);
    await client.close();
  });

  test("answers with the protocol that a client offers", async () => {
    const headers = { Authorization: `Bearer ${(await newUser()).token}` };
    const client = open({ protocols: [syncProtocol], headers });
    await client.first("ready");
    expect(client.socket.protocol).toBe(syncProtocol);
    await client.close();
  });

  test("asked for as a page says what it is", async () => {
    const answer = await call("GET", new URL("/ws", syncUrl).href);
    expectProblem(answer, 426);
  });

  test("answers a ping, and closes with its code for anything else", async () => {
    const user = await newUser();
    const polite = await connect(user);
    polite.socket.send('{"type":"ping"}');
    await polite.first("pong");

    const sent: [what: string, code: number, send: (client: typeof polite) => void][] = [
      ["no JSON", closeCodes.notUnderstood, ({ socket }) => socket.send("garbage")],
      ["another message", closeCodes.notUnderstood, ({ socket }) => socket.send('{"type":"x"}')],
      ["bytes", closeCodes.notUnderstood, ({ socket }) => socket.send(Buffer.from([0, 1, 2]))],
      ["too much", closeCodes.tooBig, ({ socket }) => socket.send("x".repeat(100_000))],
      ["no UTF-8", 1007, ({ socket }) => socket.send(Buffer.from([0xff]), { binary: false })],
      // A frame that a client must mask and did not.
      ["no frame", 1002, ({ socket }) => rawOf(socket).write(Buffer.from([0x81, 0x01, 0x41]))],
      [
        "too many",
        closeCodes.tooMany,
        ({ socket }) => {
          for (let count = 0; count < 40; count++) socket.send('{"type":"ping"}');
        },
      ],
    ];
    for (const [what, code, send] of sent) {
      const client = await connect(user);
      send(client);
      expect(await client.closed, what).toBe(code);
    }
    // Nobody else minded.
    await createTasks(user, 1);
    await polite.untilChanges(1);
    await polite.close();
  });
});

function withExpiry(token: string, exp: number): string {
  const [head, claims = "", signature] = token.split(".");
  const changed = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), exp };
  return `${head}.${Buffer.from(JSON.stringify(changed)).toString("base64url")}.${signature}`;
}

/** The connection below a WebSocket of `ws`. */
const rawOf = (socket: object) =>
  (socket as { _socket: { write: (bytes: Buffer) => void } })._socket;
