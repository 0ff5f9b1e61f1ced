import { closeCodes, type ServerMessage, type TaskChange } from "#apps/contracts/sync.ts";
import { createCursor } from "./cursor.ts";
import type { ReadFeed } from "./feed.ts";

/** The service's side of one WebSocket, as `ws` has it. */
export type Wire = {
  readonly send: (text: string, onFlushed: (error?: Error | null) => void) => void;
  readonly close: (code: number, reason: string) => void;
  readonly terminate: () => void;
  readonly ping: () => void;
  /** Bytes that the client has not taken yet. */
  readonly bufferedAmount: number;
};

export type SessionOptions = {
  readonly userId: string;
  /** The last sequence that the client knows; undefined begins with the present. */
  readonly after: number | undefined;
  readonly readFeed: ReadFeed;
  /** Waits for so long between tries; rejects or resolves early at the end of the process. */
  readonly pause: (ms: number) => Promise<void>;
  readonly onSent?: (message: ServerMessage, via: "event" | "feed") => void;
  readonly onFailure?: (error: unknown) => void;
  readonly now?: () => number;
};

/** One client that is connected: told what changes from where it was, and closed when it lags. */
export type Session = {
  readonly userId: string;
  /** A change of the user has happened; returns how many changes the client was told for it. */
  readonly offer: (change: TaskChange) => number;
  /** There are changes up to this sequence. */
  readonly know: (sequence: number) => void;
  /** Tells something that has no place in the order of changes; returns how many messages. */
  readonly tell: (message: ServerMessage) => number;
  /** The client was heard. */
  readonly heard: () => void;
  /** Asks the client for a sign; closes it when the two before were not answered. */
  readonly beat: () => void;
  readonly close: (code: number, reason: string) => void;
};

const mostBufferedBytes = 1024 * 1024;
const mostUnanswered = 2;
const closeTimeoutMs = 2_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** A client whose changes could not be read for so long is sent to another replica. */
const unreadableMs = 15_000;

/** Closes with a code, and without one when that is not taken: who takes nothing is not waited for. */
export function closeWire(wire: Pick<Wire, "close" | "terminate">, code: number, reason: string) {
  wire.close(code, reason);
  setTimeout(() => wire.terminate(), closeTimeoutMs).unref();
}

export function createSession(wire: Wire, options: SessionOptions): Session {
  const { userId, readFeed, pause, now = Date.now } = options;
  const cursor = createCursor(options.after);
  let closed = false;
  let reading = false;
  let ready = false;
  let unanswered = 0;

  function send(message: ServerMessage, via: "event" | "feed"): Promise<void> {
    if (closed) return Promise.resolve();
    const flushed = new Promise<void>((resolve) => {
      wire.send(textOf(message), () => resolve());
    });
    options.onSent?.(message, via);
    if (wire.bufferedAmount > mostBufferedBytes) close(closeCodes.tooSlow, "too slow");
    return flushed;
  }

  function close(code: number, reason: string): void {
    if (closed) return;
    closed = true;
    closeWire(wire, code, reason);
  }

  /** Reads the feed until there is nothing that the client was not told. One at a time. */
  async function catchUp(): Promise<void> {
    if (reading) return;
    reading = true;
    let pauseMs = firstPauseMs;
    let readAt = now();
    while (!closed && cursor.isBehind()) {
      try {
        const page = await readFeed(userId, cursor.beginPage());
        pauseMs = firstPauseMs;
        readAt = now();
        let flushed = Promise.resolve();
        for (const message of cursor.endPage(page)) flushed = send(message, "feed");
        if (!ready && !page.more) {
          ready = true;
          flushed = send({ type: "ready", sequence: cursor.position() ?? 0 }, "feed");
        }
        // The next page waits until the client has taken this one.
        await flushed;
      } catch (error) {
        options.onFailure?.(error);
        if (now() - readAt > unreadableMs) close(closeCodes.unavailable, "changes cannot be read");
        await pause(pauseMs * (0.5 + Math.random()));
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
    reading = false;
  }

  const session: Session = {
    userId,
    offer: (change) => {
      const told = cursor.offer(change);
      for (const message of told) void send(message, "event");
      void catchUp();
      return told.length;
    },
    know: (sequence) => {
      cursor.know(sequence);
      void catchUp();
    },
    tell: (message) => {
      void send(message, "event");
      return 1;
    },
    heard: () => {
      unanswered = 0;
    },
    beat: () => {
      if (closed) return;
      if (unanswered >= mostUnanswered) return close(closeCodes.silent, "no sign of the client");
      unanswered++;
      wire.ping();
    },
    close,
  };
  void catchUp();
  return session;
}

// Every client of a user is sent the same text.
const texts = new WeakMap<object, string>();

function textOf(message: ServerMessage): string {
  const source = message.type === "change" ? message.task : message;
  let text = texts.get(source);
  if (text === undefined) {
    text = JSON.stringify(message);
    texts.set(source, text);
  }
  return text;
}
