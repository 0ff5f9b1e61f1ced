import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ChangeFeed, closeCodes, type TaskChange } from "#apps/contracts/sync.ts";
import { createRandom, samples, uuidOf } from "#apps/kit/testing/samples.ts";
import { createSession, type Session, type Wire } from "./session.ts";

const changeAt = (sequence: number): TaskChange => ({
  sequence,
  change: "updated",
  task: { ...samples["task-updates"].task, version: sequence },
});

/** A user's changes as backend has them; not every sequence is that of a change. */
class Backend {
  readonly changes: TaskChange[] = [];
  sequence = 0;
  horizon = 0;
  fails: () => boolean = () => false;

  change(skipped = 0): TaskChange {
    this.sequence += skipped + 1;
    const change = changeAt(this.sequence);
    this.changes.push(change);
    return change;
  }

  readonly read = async (after: number | undefined, limit: number): Promise<ChangeFeed> => {
    const { sequence } = this;
    const rows = this.changes.filter((change) => change.sequence > (after ?? sequence));
    const resync = after !== undefined && (after > sequence || after < this.horizon);
    const page = { changes: resync ? [] : rows.slice(0, limit), sequence, resync };
    await turn();
    if (this.fails()) throw new Error("backend is away");
    return { ...page, more: !resync && rows.length > limit };
  };
}

/** A client that keeps what it was sent, and connects again with the last sequence it knows. */
class Client {
  readonly seen: number[] = [];
  last = 0;
  resyncs = 0;
  codes: number[] = [];
  bufferedAmount = 0;
  session: Session | undefined;
  private open = 0;

  connect(backend: Backend, limit = 3): void {
    const mine = ++this.open;
    const client = this;
    const wire: Wire = {
      send: (text, onFlushed) => {
        if (mine !== client.open) return; // what was on its way is lost with the connection
        const message = JSON.parse(text);
        if (message.type === "change") client.seen.push(message.sequence);
        if (message.type === "resync") client.resyncs++;
        if ("sequence" in message) client.last = message.sequence;
        queueMicrotask(() => onFlushed());
      },
      close: (code) => client.codes.push(code),
      terminate: () => {},
      ping: () => {},
      get bufferedAmount() {
        return client.bufferedAmount;
      },
    };
    this.session?.close(closeCodes.restarting, "");
    this.session = createSession(wire, {
      userId: uuidOf(1),
      after: this.last,
      readFeed: (_, after) => backend.read(after, limit),
      pause: async () => void (await turn()),
    });
  }
}

const settled = async () => {
  for (let turns = 0; turns < 60; turns++) await turn();
};

test.each(Array.from({ length: 150 }, (_, seed) => seed))(
  "whatever the order of events, pages and connections, each change is seen once and in order (seed %i)",
  async (seed) => {
    const random = createRandom(seed);
    const backend = new Backend();
    backend.fails = () => random() < 0.2;
    const clients = [new Client(), new Client()];
    for (const client of clients) client.connect(backend);
    const underWay: TaskChange[] = [];
    for (let step = 0; step < 120; step++) {
      const chance = random();
      const [client] = random() < 0.5 ? clients : clients.toReversed();
      if (chance < 0.35) underWay.push(backend.change(random() < 0.2 ? 2 : 0));
      else if (chance < 0.75 && underWay.length > 0) {
        // Any of them, to one client or both, at times again later, at times to nobody.
        const [event] = underWay.splice(Math.floor(random() * underWay.length), 1);
        if (random() < 0.3) underWay.push(event as TaskChange);
        if (random() < 0.9) client?.session?.offer(event as TaskChange);
        if (random() < 0.5) for (const one of clients) one.session?.offer(event as TaskChange);
      } else if (chance < 0.85) client?.connect(backend, 1 + Math.floor(random() * 5));
      else await turn();
    }
    backend.fails = () => false;
    for (const client of clients) client.session?.know(backend.sequence);
    await settled();
    const all = backend.changes.map(({ sequence }) => sequence);
    for (const client of clients) expect(client.seen).toEqual(all);
  },
);

test("who comes without a sequence is told what happens from then on", async () => {
  const backend = new Backend();
  backend.change();
  const seen: string[] = [];
  const wire = {
    send: (text: string, onFlushed: () => void) => {
      seen.push(text);
      onFlushed();
    },
    ...{ close: () => {}, terminate: () => {}, ping: () => {}, bufferedAmount: 0 },
  };
  const session = createSession(wire, {
    userId: uuidOf(1),
    after: undefined,
    readFeed: (_, after) => backend.read(after, 10),
    pause: async () => void (await turn()),
  });
  await settled();
  session.offer(backend.change());
  expect(seen.map((text) => JSON.parse(text))).toMatchObject([
    { type: "ready", sequence: 1 },
    { type: "change", sequence: 2, change: "updated" },
  ]);
});

test("a cursor from before what is kept is told to begin anew, and goes on from there", async () => {
  const backend = new Backend();
  for (let count = 0; count < 5; count++) backend.change();
  backend.horizon = 4;
  const client = new Client();
  client.last = 2;
  client.connect(backend);
  await settled();
  expect(client).toMatchObject({ resyncs: 1, last: 5, seen: [] });
  client.session?.offer(backend.change());
  expect(client.seen).toEqual([6]);
});

test("a restored backup that knows less does not stop the stream", async () => {
  const backend = new Backend();
  for (let count = 0; count < 3; count++) backend.change();
  const client = new Client();
  client.last = 9;
  client.connect(backend);
  client.session?.offer(changeAt(10));
  await settled();
  const next = backend.change();
  client.session?.offer(next);
  backend.change();
  client.session?.know(5);
  await settled();
  expect(client.seen.at(-1)).toBe(5);
});

test("a client that takes less than comes is closed with a code", async () => {
  const backend = new Backend();
  const client = new Client();
  client.connect(backend);
  await settled();
  client.bufferedAmount = 2 * 1024 * 1024;
  client.session?.offer(backend.change());
  expect(client.codes).toEqual([closeCodes.tooSlow]);
  client.session?.offer(backend.change());
  expect(client.seen).toEqual([1]);
});

test("a client that gives no sign for two beats is closed, one that does is not", () => {
  const client = new Client();
  client.connect(new Backend());
  for (let beats = 0; beats < 5; beats++) {
    client.session?.beat();
    client.session?.heard();
  }
  expect(client.codes).toEqual([]);
  for (let beats = 0; beats < 3; beats++) client.session?.beat();
  expect(client.codes).toEqual([closeCodes.silent]);
});

test("a client whose changes cannot be read for long is sent to another replica", async () => {
  const codes: number[] = [];
  let now = 0;
  const wire = {
    close: (code: number) => codes.push(code),
    ...{ send: () => {}, terminate: () => {}, ping: () => {}, bufferedAmount: 0 },
  };
  createSession(wire, {
    userId: uuidOf(1),
    after: 1,
    readFeed: async () => {
      throw new Error("the sidecar is away");
    },
    pause: async (ms) => {
      now += ms;
      await turn();
    },
    now: () => now,
  });
  await settled();
  expect(codes).toEqual([closeCodes.unavailable]);
  expect(now).toBeGreaterThan(15_000);
});
