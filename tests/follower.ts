import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { ServerMessage } from "#apps/contracts/sync.ts";

export type FollowOptions = {
  /** Where `/ws` is, `http://host:port`. */
  readonly url: string;
  /** Gives a token that is good, for each connection. */
  readonly token: () => Promise<string>;
  /** The last sequence that is known. */
  readonly after: number;
  readonly onChange?: (change: Extract<ServerMessage, { type: "change" }>) => void;
};

/**
 * A client as it should be: whenever its connection ends, for whatever reason, it connects again a
 * little later and goes on after the last sequence that it was told.
 */
export type Follower = {
  /** Of every change that it was told, in the order in which it was told. */
  readonly sequences: readonly number[];
  /** How often it was told that changes are not kept any more. */
  readonly resyncs: () => number;
  /** Connections that it lost. */
  readonly lost: () => number;
  /** Resolves when it is connected and was told all that had happened before. */
  readonly ready: Promise<void>;
  /** Closes its connection and makes no more. */
  readonly stop: () => void;
};

const handshakeTimeoutMs = 5_000;
const leastPauseMs = 100;

export function follow({ url, token, after, onChange }: FollowOptions): Follower {
  const sequences: number[] = [];
  let last = after;
  let resyncs = 0;
  let lost = 0;
  let stopped = false;
  let socket: WebSocket | undefined;
  let begin: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });

  function hear(message: ServerMessage): void {
    if (message.type === "ready") begin();
    if (message.type === "resync") {
      resyncs++;
      last = message.sequence;
    }
    if (message.type !== "change") return;
    sequences.push(message.sequence);
    last = message.sequence;
    onChange?.(message);
  }

  async function connect(): Promise<void> {
    const address = new URL(`/ws?after=${last}`, url);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const headers = { Authorization: `Bearer ${await token()}` };
    const opened = new WebSocket(address, { headers, handshakeTimeout: handshakeTimeoutMs });
    socket = opened;
    opened.on("message", (data) => {
      // What still comes of a connection that was given up is told again on the next one.
      if (opened === socket) hear(JSON.parse(String(data)));
    });
    opened.on("error", () => {}); // it closes as well
    return new Promise((resolve) => opened.once("close", () => resolve()));
  }

  void (async () => {
    while (!stopped) {
      // Without a token there is no connection either: both are tried again.
      await connect().catch(() => {});
      if (stopped) return;
      lost++;
      // Not all at once to the replica that is left.
      await sleep(leastPauseMs * (1 + 4 * Math.random()), undefined, { ref: false });
    }
  })();

  return {
    ...{ sequences, ready, resyncs: () => resyncs, lost: () => lost },
    stop: () => {
      stopped = true;
      socket?.terminate();
    },
  };
}
