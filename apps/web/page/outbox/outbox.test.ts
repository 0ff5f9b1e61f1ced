import { beforeEach, describe, expect, test } from "vitest";
import type { Task } from "../api/client.ts";
import { createTestTimers, type TestTimers } from "../testing/timers.ts";
import type { Operation, Outcome, Work } from "./operation.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import { memoryStorage } from "./storage.ts";

const task = (id: string, version: number, more: Partial<Task> = {}): Task => ({
  ...{ id, title: "Water", description: "", completed: false, priority: "medium", tags: [] },
  ...{ due_date: null, recurring: null, version, created_at: "", updated_at: "" },
  ...more,
});

const create: Work = { kind: "create", task: { title: "Water" } };
const rename = (title: string, before = "Water"): Work => ({
  kind: "update",
  patch: { title },
  base: { title: before },
});

let storage: ReturnType<typeof memoryStorage>;
let sent: Operation[];
let settled: Outcome["kind"][];
let answers: ((operation: Operation) => Outcome)[];
let timers: TestTimers;
let time: number;

beforeEach(() => {
  storage = memoryStorage();
  timers = createTestTimers();
  [sent, settled, answers, time] = [[], [], [], 1_000];
});

/** An outbox of a page; a second one is what a reload, or another tab, makes. */
const open = (): Promise<Outbox> =>
  openOutbox({
    userId: "ada",
    storage,
    send: async (operation) => {
      sent.push(operation);
      const answer = answers.shift();
      return answer ? answer(operation) : { kind: "away", afterMs: undefined };
    },
    exclusively: (work) => work(),
    onChange: () => {},
    announce: () => {},
    onSettled: (_, { kind }) => settled.push(kind),
    wait: timers.wait,
    backoffMs: (tries) => 100 * 2 ** tries,
    now: () => time,
  });

const add = (outbox: Outbox, taskId: string, work: Work, more: Partial<Operation> = {}) =>
  outbox.add({
    ...{ key: `key-${work.kind}-${taskId}`, taskId, title: "Water", work, version: undefined },
    ...{ notBefore: undefined, theirs: undefined, ...more },
  });

const done =
  (version: number, id = "1") =>
  (): Outcome => ({ kind: "done", task: task(id, version) });
const away = (): Outcome => ({ kind: "away", afterMs: undefined });
const drained = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("what cannot be sent now", () => {
  test("waits, each time for longer, and goes in its order with the same key", async () => {
    const outbox = await open();
    answers = [away, away, done(1), done(2)];
    await add(outbox, "1", { kind: "complete" });
    await drained();
    await add(outbox, "2", { kind: "complete" });
    await drained();
    expect(timers.pauses()).toEqual([201]);
    timers.fire(201);
    await drained();
    expect(sent.map(({ key }) => key)).toEqual([
      ...["key-complete-1", "key-complete-1", "key-complete-1"],
      "key-complete-2",
    ]);
    expect(outbox.operations()).toEqual([]);
  });

  test("outlives the page", async () => {
    answers = [away];
    await add(await open(), "1", { kind: "complete" });
    await drained();
    answers = [done(2)];
    const later = await open();
    expect(later.operations()).toHaveLength(1);
    later.wake();
    await drained();
    expect(sent.map(({ key }) => key)).toEqual(["key-complete-1", "key-complete-1"]);
    expect(await storage.all("ada")).toEqual([]);
  });

  test("stays while nobody is signed in", async () => {
    const outbox = await open();
    answers = [() => ({ kind: "signed-out" })];
    await add(outbox, "1", { kind: "complete" });
    await drained();
    expect(timers.pauses()).toEqual([]);
    expect(outbox.operations()).toHaveLength(1);
  });

  test("is nobody else's", async () => {
    answers = [away];
    await add(await open(), "1", { kind: "complete" });
    expect(await storage.all("grace")).toEqual([]);
  });
});

describe("changes of one task", () => {
  test("that was made here go to the id that the server gives it", async () => {
    const outbox = await open();
    answers = [away];
    await add(outbox, "local-1", create);
    await add(outbox, "local-1", rename("Water all"), { version: 0 });
    await add(outbox, "local-1", { kind: "complete" });
    await drained();
    sent = [];
    answers = [done(1, "of-server"), done(2, "of-server"), done(3, "of-server")];
    outbox.wake();
    await drained();
    expect(sent.map(({ taskId, version }) => [taskId, version])).toEqual([
      ["local-1", undefined],
      ["of-server", 1],
      ["of-server", undefined],
    ]);
  });

  test("are lost with it, when its making is refused", async () => {
    const outbox = await open();
    answers = [() => ({ kind: "refused", reason: "too long" })];
    await storage.add({
      ...{ key: "b", userId: "ada", taskId: "local-1", title: "", work: { kind: "complete" } },
      ...{ version: undefined, notBefore: time + 1, theirs: undefined, madeAt: 0 },
    });
    await storage.change([1], []);
    await add(outbox, "local-1", create);
    await drained();
    expect(settled).toEqual(["refused"]);
    expect(outbox.operations()).toEqual([]);
  });

  test("go on top of another one of other fields, by a key of their own", async () => {
    const outbox = await open();
    const theirs = task("1", 5, { priority: "high" });
    answers = [() => ({ kind: "changed", theirs }), done(6)];
    await add(outbox, "1", rename("Water all"), { version: 4 });
    await drained();
    expect(sent.map(({ version }) => version)).toEqual([4, 5]);
    expect(sent[0]?.key).not.toBe(sent[1]?.key);
  });

  test("of the same field wait for the person, and hold up no other task", async () => {
    const outbox = await open();
    const theirs = task("1", 5, { title: "Theirs" });
    answers = [() => ({ kind: "changed", theirs }), done(1, "2")];
    await add(outbox, "1", rename("Mine"), { version: 4 });
    await drained();
    await add(outbox, "1", { kind: "complete" });
    await add(outbox, "2", { kind: "complete" });
    await drained();
    expect(sent.map(({ taskId }) => taskId)).toEqual(["1", "2"]);
    expect(outbox.operations()[0]?.theirs).toEqual(theirs);

    answers = [done(6), done(7)];
    await outbox.resolve("key-update-1", "mine");
    await drained();
    expect(sent.slice(2).map(({ version, work }) => [version, work.kind])).toEqual([
      [5, "update"],
      [undefined, "complete"],
    ]);
  });

  test("are dropped where the person takes what is there", async () => {
    const outbox = await open();
    answers = [() => ({ kind: "changed", theirs: task("1", 5, { title: "Theirs" }) })];
    await add(outbox, "1", rename("Mine"), { version: 4 });
    await drained();
    await outbox.resolve("key-update-1", "theirs");
    expect(outbox.operations()).toEqual([]);
  });
});

describe("what may be taken back", () => {
  const remove: Work = { kind: "delete", task: task("1", 1) };

  test("is sent when its time has come, and not before", async () => {
    const outbox = await open();
    await add(outbox, "1", remove, { notBefore: time + 6_000 });
    await drained();
    expect(sent).toEqual([]);
    expect(timers.pauses()).toEqual([6_001]);
    time += 6_001;
    answers = [() => ({ kind: "done", task: undefined })];
    timers.fire(6_001);
    await drained();
    expect(settled).toEqual(["done"]);
  });

  test("is gone when it is taken back, and it is said when that is too late", async () => {
    const outbox = await open();
    await add(outbox, "1", remove, { notBefore: time + 6_000 });
    expect(await outbox.withdraw("key-delete-1")).toBe(true);
    expect(await outbox.withdraw("key-delete-1")).toBe(false);
    expect(sent).toEqual([]);
  });

  test("is sent at once when the page goes away", async () => {
    const outbox = await open();
    await add(outbox, "1", remove, { notBefore: time + 6_000 });
    answers = [() => ({ kind: "done", task: undefined })];
    outbox.hurry();
    await drained();
    expect(sent).toHaveLength(1);
  });
});
