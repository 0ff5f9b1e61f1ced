import type { Logger } from "pino";
import type { ServerMessage, TaskChange } from "#apps/contracts/sync.ts";
import { closeCodes } from "#apps/contracts/sync.ts";
import type { Tracer } from "#apps/kit/tracing/tracer.ts";
import type { Feed } from "./feed.ts";
import type { SyncMetrics } from "./metrics.ts";
import { closeWire, createSession, type Session, type Wire } from "./session.ts";

/** Who connects, until when they may stay, and the last sequence that they know. */
export type Guest = {
  readonly userId: string;
  readonly expiresAtMs: number;
  readonly after: number | undefined;
};

/** Something that happened to a user, in the words of the events, and the span it was learnt in. */
export type Happening = {
  readonly userId: string;
  readonly occurredAt: string;
  readonly traceparent: string;
} & (
  | { readonly change: TaskChange }
  | { readonly notification: Extract<ServerMessage, { type: "notification" }> }
);

/** The clients that are connected to this replica. */
export type Hub = {
  /** Takes a client in; undefined when it was closed at once. */
  readonly accept: (wire: Wire, guest: Guest) => Session | undefined;
  readonly leave: (session: Session, code: number) => void;
  /** Tells the user's clients here. */
  readonly happened: (happening: Happening) => void;
  /** There are changes of the user up to this sequence. */
  readonly know: (userId: string, sequence: number) => void;
  readonly userIds: () => string[];
  /** Asks every client for a sign, and closes those who gave none for long. */
  readonly beat: () => void;
  /** Closes every client so that it connects elsewhere; from now on none is taken in. */
  readonly drain: () => void;
};

export type HubDeps = {
  readonly feed: Pick<Feed, "read">;
  readonly metrics: SyncMetrics;
  readonly log: Logger;
  readonly tracer: Tracer;
  readonly pause: (ms: number) => Promise<void>;
  readonly mostPerUser?: number;
  readonly mostConnections?: number;
};

// A timer cannot be set further ahead; who stays for as long connects again.
const longestStayMs = 2 ** 31 - 1;

export function createHub(deps: HubDeps): Hub {
  const { metrics, log, tracer, mostPerUser = 20, mostConnections = 10_000 } = deps;
  const sessions = new Map<string, Set<Session>>();
  const expiries = new Map<Session, NodeJS.Timeout>();
  let draining = false;

  const of = (userId: string): ReadonlySet<Session> => sessions.get(userId) ?? new Set();
  const all = (): Session[] => [...sessions.values()].flatMap((some) => [...some]);

  return {
    accept: (wire, { userId, expiresAtMs, after }) => {
      const refuse = (code: number, reason: string): undefined => {
        metrics.closed.inc({ code });
        closeWire(wire, code, reason);
      };
      if (draining) return refuse(closeCodes.restarting, "restarting");
      if (expiries.size >= mostConnections) return refuse(closeCodes.unavailable, "full");
      if (of(userId).size >= mostPerUser) {
        return refuse(closeCodes.tooMany, `${mostPerUser} connections are allowed`);
      }
      const session = createSession(wire, {
        userId,
        after,
        readFeed: deps.feed.read,
        pause: deps.pause,
        onSent: ({ type }, via) => metrics.sent.inc({ type, via }),
        onFailure: (error) => log.warn({ error: String(error) }, "the change feed was not read"),
      });
      sessions.set(userId, new Set([...of(userId), session]));
      metrics.connections.inc();
      const expire = () => session.close(closeCodes.expired, "the token ran out");
      const staysMs = Math.min(Math.max(0, expiresAtMs - Date.now()), longestStayMs);
      expiries.set(session, setTimeout(expire, staysMs).unref());
      return session;
    },

    leave: (session, code) => {
      const others = new Set(of(session.userId));
      if (!others.delete(session)) return;
      if (others.size > 0) sessions.set(session.userId, others);
      else sessions.delete(session.userId);
      clearTimeout(expiries.get(session));
      expiries.delete(session);
      session.close(code, "");
      metrics.connections.dec();
      metrics.closed.inc({ code });
    },

    happened: (happening) => {
      const { userId, occurredAt, traceparent } = happening;
      const here = of(userId);
      if (here.size === 0) return;
      const isChange = "change" in happening;
      const span = tracer.start(
        `push ${isChange ? "change" : "notification"}`,
        "PRODUCER",
        traceparent,
      );
      let told = 0;
      for (const session of here) {
        if (isChange) told += session.offer(happening.change);
        else told += session.tell(happening.notification);
      }
      metrics.delay.observe((Date.now() - Date.parse(occurredAt)) / 1_000);
      span.end({ tags: { clients: String(here.size), messages: String(told) } });
    },

    know: (userId, sequence) => {
      for (const session of of(userId)) session.know(sequence);
    },
    userIds: () => [...sessions.keys()],
    beat: () => {
      for (const session of all()) session.beat();
    },
    drain: () => {
      draining = true;
      for (const session of all()) session.close(closeCodes.restarting, "restarting");
    },
  };
}
