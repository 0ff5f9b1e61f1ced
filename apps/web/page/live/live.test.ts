import { beforeEach, expect, test } from "vitest";
import { closeCodes } from "#apps/contracts/sync-protocol.ts";
import { createTestTimers, type TestTimers } from "../testing/timers.ts";
import { type Live, openLive, type Socket } from "./live.ts";

type Fake = Socket & { readonly address: string; readonly said: string[]; closed: boolean };

let sockets: Fake[];
let states: string[];
let timers: TestTimers;
let time: number;
let doubts: number;
let after: number;

beforeEach(() => {
  [sockets, states, time, doubts, after] = [[], [], 1_000, 0, 7];
  timers = createTestTimers();
});

const open = (): Live =>
  openLive({
    connect: (address) => {
      const socket: Fake = {
        ...{ address, said: [], closed: false, onopen: null, onmessage: null, onclose: null },
        send: (text) => socket.said.push(text),
        close: () => {
          socket.closed = true;
        },
      };
      sockets.push(socket);
      return socket;
    },
    after: () => after,
    onMessage: (message) => {
      if (message.type === "change") after = message.sequence;
    },
    onState: (state) => states.push(state),
    onDoubt: () => doubts++,
    wait: timers.wait,
    backoffMs: (tries) => 100 * 2 ** tries,
    now: () => time,
  });

const last = () => sockets.at(-1) as Fake;
const say = (message: object) => last().onmessage?.({ data: JSON.stringify(message) });
const begin = () => {
  last().onopen?.();
  say({ type: "ready", sequence: 7 });
};

test("begins where the list is, and is live when all was told", () => {
  open();
  expect(last().address).toBe("/ws?after=7");
  begin();
  expect(states).toEqual(["connecting", "live"]);
});

test("goes on after the last change that was heard, after longer and longer pauses", () => {
  open();
  begin();
  say({ type: "change", sequence: 9, change: "created", task: {} });
  last().onclose?.({ code: 1006 });
  expect(states.at(-1)).toBe("offline");
  timers.fire(100);
  expect(last().address).toBe("/ws?after=9");
  last().onclose?.({ code: 1006 });
  expect(timers.pauses()).toEqual([200]);
  expect(doubts).toBe(1);
});

test("asks who is signed in when the session ran out", () => {
  open();
  begin();
  last().onclose?.({ code: closeCodes.expired });
  expect(doubts).toBe(1);
});

test("does not repeat at once what was its own fault", () => {
  open();
  begin();
  last().onclose?.({ code: closeCodes.notUnderstood });
  expect(timers.pauses()).toEqual([60_000]);
});

test("says that it is there, and begins anew when nobody answers", () => {
  open();
  begin();
  time += 15_000;
  timers.fire(15_000);
  expect(last().said).toEqual(['{"type":"ping"}']);
  time += 5_000;
  timers.fire(5_000);
  expect(sockets).toHaveLength(2);
  expect(sockets[0]?.closed).toBe(true);
});

test("stays with a connection that answers", () => {
  open();
  begin();
  time += 15_000;
  timers.fire(15_000);
  time += 10;
  say({ type: "pong" });
  timers.fire(5_000);
  expect(sockets).toHaveLength(1);
});

test("trusts no connection after a long sleep", () => {
  const live = open();
  begin();
  time += 600_000;
  live.check();
  expect(sockets).toHaveLength(2);
  // What the old one still tells is told again by the new one.
  sockets[0]?.onmessage?.({ data: '{"type":"change","sequence":99}' });
  expect(after).toBe(7);
});

test("is over when it is closed", () => {
  const live = open();
  begin();
  live.close();
  last().onclose?.({ code: 1000 });
  expect(timers.pauses()).toEqual([]);
});
