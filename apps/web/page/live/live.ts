import type { ServerMessage } from "#apps/contracts/sync.ts";
import { closeCodes, syncProtocol } from "#apps/contracts/sync-protocol.ts";

/** How the page hears of changes: as they happen, or it is trying to, or there is no network. */
export type LiveState = "connecting" | "live" | "offline";

/** What of a WebSocket is used. */
export type Socket = {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send: (text: string) => void;
  close: () => void;
};

export type LiveDeps = {
  readonly connect: (address: string, protocols: string[]) => Socket;
  /** The last sequence that what is shown reflects. */
  readonly after: () => number;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onState: (state: LiveState) => void;
  /** The server does not take the session, perhaps: find out. */
  readonly onDoubt: () => void;
  readonly wait: (ms: number, work: () => void) => () => void;
  readonly backoffMs: (tries: number) => number;
  readonly now: () => number;
};

export type Live = {
  /** The page was looked at, or the network is back: make sure that somebody is there. */
  readonly check: () => void;
  /** What is shown is of an earlier time than what was heard since: begin again at `after`. */
  readonly restart: () => void;
  readonly close: () => void;
};

/** Below two heartbeats of the server, which closes whoever is silent for longer. */
const pingEveryMs = 15_000;
const answerWithinMs = 5_000;
/** Closed for what this page does: not to be repeated at once. */
const ourFault: readonly number[] = [
  closeCodes.notUnderstood,
  closeCodes.tooMany,
  closeCodes.tooBig,
];
const longPauseMs = 60_000;

/** Keeps a connection to `/ws`, from where the page stands, for as long as it is open. */
export function openLive(deps: LiveDeps): Live {
  let socket: Socket | undefined;
  let tries = 0;
  let heardAt = 0;
  let closed = false;
  let cancelRetry = () => {};
  let cancelPing = () => {};
  let cancelAnswer = () => {};

  function connect(): void {
    if (closed) return;
    cancelRetry();
    deps.onState("connecting");
    const mine = deps.connect(`/ws?after=${deps.after()}`, [syncProtocol]);
    socket = mine;
    mine.onopen = () => {
      heardAt = deps.now();
      keepAlive();
    };
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      heardAt = deps.now();
      cancelAnswer();
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === "ready" || message.type === "resync") {
        tries = 0;
        deps.onState("live");
      }
      deps.onMessage(message);
    };
    mine.onclose = ({ code }) => {
      if (socket !== mine) return;
      drop();
      deps.onState("offline");
      if (code === closeCodes.expired || tries > 0) deps.onDoubt();
      const pauseMs = ourFault.includes(code) ? longPauseMs : deps.backoffMs(tries++);
      cancelRetry = deps.wait(pauseMs, connect);
    };
  }

  function drop(): void {
    cancelPing();
    cancelAnswer();
    const mine = socket;
    socket = undefined;
    // Its end is not waited for: a network that is gone never tells it.
    if (mine) mine.close();
  }

  function keepAlive(): void {
    cancelPing();
    cancelPing = deps.wait(pingEveryMs, () => {
      ping();
      keepAlive();
    });
  }

  /** Asks for a sign of life, and begins anew when there is none. */
  function ping(): void {
    const mine = socket;
    if (!mine) return;
    mine.send('{"type":"ping"}');
    cancelAnswer();
    const askedAt = deps.now();
    cancelAnswer = deps.wait(answerWithinMs, () => {
      if (socket === mine && heardAt < askedAt) restart();
    });
  }

  function restart(): void {
    drop();
    connect();
  }

  connect();
  return {
    check: () => {
      if (closed) return;
      // Timers of a page that slept are late, so what they would have said is asked here.
      if (!socket || deps.now() - heardAt > pingEveryMs + answerWithinMs) restart();
      else if (heardAt > 0) ping();
    },
    restart,
    close: () => {
      closed = true;
      cancelRetry();
      drop();
    },
  };
}
