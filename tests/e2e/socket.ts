import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { WebSocket } from "ws";
import type { ServerMessage } from "#apps/contracts/sync.ts";
import type { User } from "./client.ts";
import { arrivalMs } from "./wait.ts";

/** Where `/ws` is: `npm run e2e` says it; empty where nobody can connect. */
export const syncUrl =
  process.env.TODO_SYNC_URL ?? process.env.TODO_URL ?? "http://127.0.0.1:18000";

type Change = Extract<ServerMessage, { type: "change" }>;

export type ConnectOptions = {
  readonly after?: number | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Instead of `/ws` at the address under test. */
  readonly url?: string;
  /** `false` does not answer heartbeats. */
  readonly autoPong?: boolean;
};

export type Connected = {
  readonly socket: WebSocket;
  /** Everything that it was told, in order. */
  readonly told: readonly ServerMessage[];
  readonly changes: () => Change[];
  /** Waits until a message of this type was told and gives the first. */
  readonly first: <T extends ServerMessage["type"]>(
    type: T,
    withinMs?: number,
  ) => Promise<Extract<ServerMessage, { type: T }>>;
  /** Waits until it was told so many changes, gives them, and fails when there are more. */
  readonly untilChanges: (count: number, withinMs?: number) => Promise<Change[]>;
  /** Resolves to the close code. */
  readonly closed: Promise<number>;
  /** Resolves to the status when the handshake is refused. */
  readonly refused: Promise<number>;
  readonly close: () => Promise<void>;
};

/** Opens a WebSocket with these headers; it may still be refused. */
export function open({ after, headers, protocols, url, autoPong }: ConnectOptions): Connected {
  const address = new URL(url ?? new URL("/ws", syncUrl));
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  if (after !== undefined) address.searchParams.set("after", String(after));
  const given = { headers: { ...headers }, autoPong: autoPong ?? true, handshakeTimeout: 10_000 };
  const socket = new WebSocket(address, [...(protocols ?? [])], given);
  const told: ServerMessage[] = [];
  socket.on("message", (data) => told.push(JSON.parse(String(data))));
  socket.on("error", () => {}); // a broken one closes as well
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const refused = new Promise<number>((resolve) =>
    socket.on("unexpected-response", (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    }),
  );
  const changes = () => told.filter((message) => message.type === "change");
  const first: Connected["first"] = async (type, withinMs = arrivalMs) => {
    await until(() => told.some((message) => message.type === type), `a ${type}`, withinMs);
    return told.find((message) => message.type === type) as never;
  };
  return {
    ...{ socket, told, changes, first, closed, refused },
    untilChanges: async (count, withinMs = arrivalMs) => {
      await until(() => changes().length >= count, `${count} changes`, withinMs);
      expect(changes().map(({ sequence }) => sequence)).toHaveLength(count);
      return changes();
    },
    close: async () => {
      socket.close();
      await closed;
    },
  };

  async function until(isThere: () => boolean, what: string, withinMs: number): Promise<void> {
    const endsAt = performance.now() + withinMs;
    while (!isThere()) {
      const types = told.map(({ type }) => type).join(", ") || "nothing";
      expect(performance.now(), `${what} within ${withinMs} ms; told: ${types}`).toBeLessThan(
        endsAt,
      );
      await sleep(10);
    }
  }
}

/** Connects as this user and waits until everything that had happened was told. */
export async function connect(user: User, options: ConnectOptions = {}): Promise<Connected> {
  const headers = { Authorization: `Bearer ${user.token}`, ...options.headers };
  const connected = open({ ...options, headers });
  await connected.first("ready");
  return connected;
}

/** The numbers from one to another, both among them. */
export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

export const sequencesOf = (connected: Connected): number[] =>
  connected.changes().map(({ sequence }) => sequence);
