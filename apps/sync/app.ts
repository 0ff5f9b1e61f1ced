import { upgradeWebSocket } from "@hono/node-server";
import type { Context } from "hono";
import type { WebSocket } from "ws";
import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { clientMessage, closeCodes } from "#apps/contracts/sync.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import {
  bearerTokenOf,
  fromPageOfOurs,
  type Identity,
  type IdentityReader,
  originsOf,
} from "#apps/kit/http/identity.ts";
import { invalidInput, Problem } from "#apps/kit/http/problem.ts";
import { cookieOf, sessionCookieName } from "#apps/kit/http/session-cookie.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import type { Happening, Hub } from "./hub.ts";
import type { Replicas } from "./replicas.ts";
import type { Session } from "./session.ts";

type Contract = (typeof services)["sync"];

export type SyncDeps = Pick<Runtime<Contract>, "createApp"> & {
  readonly env: Pick<Runtime<Contract>["env"], "PUBLIC_URL" | "ALLOWED_ORIGINS">;
  readonly identities: IdentityReader;
  readonly hub: Hub;
  readonly replicas: Pick<Replicas, "tell">;
};

// Not coerced: an empty text would be taken for 0, and all that ever happened be told.
const sequence = z.string().regex(/^\d+$/, "must be a sequence, 0 or more").transform(Number);
const query = z.object({ after: sequence.pipe(z.int()).optional() });

/** Messages that a client may send in a row, and after that one a second. */
const mostMessages = 20;

/** Pushes what happens to a user to every client of theirs, at `/ws`. */
export function createApp({ createApp: create, env, identities, hub, replicas }: SyncDeps) {
  const handlers: Handlers<Contract> = {
    "task-updates": (event) => replicas.tell(changeOf(event)),
    notifications: (event) => replicas.tell(notificationOf(event)),
  };
  const app = create(handlers);
  const origins = originsOf(env.ALLOWED_ORIGINS);
  const cookieName = sessionCookieName(env.PUBLIC_URL);

  /** A program's token is in its Authorization header; a page has its session's cookie. */
  async function identityOf(context: Context): Promise<Identity> {
    const token = bearerTokenOf(context.req.header("authorization"));
    if (token) return identities.byToken(token);
    const session = cookieOf(context.req.header("cookie"), cookieName);
    if (!session) {
      throw new Problem(401, "Not authenticated", "sign in, or send `Authorization: Bearer …`");
    }
    // A browser shows the cookie whoever made the page.
    fromPageOfOurs(context.req.header("origin"), origins);
    return identities.bySession(session);
  }

  app.get("/ws", async (context, next) => {
    if (context.req.header("upgrade")?.toLowerCase() !== "websocket") {
      throw new Problem(
        426,
        "Upgrade required",
        "this is a WebSocket: connect with ws:// or wss://",
      );
    }
    // Programs send no Origin; a page cannot leave its own out.
    const origin = context.req.header("origin");
    if (origin !== undefined) fromPageOfOurs(origin, origins);
    const asked = query.safeParse(context.req.query());
    if (!asked.success) throw invalidInput(asked.error);
    const { userId, expiresAtMs } = await identityOf(context);
    const guest = { userId, expiresAtMs, after: asked.data.after };
    return upgradeWebSocket(() => ({
      onOpen: (_, { raw }) => join(raw as WebSocket, hub, guest),
    }))(context, next);
  });
  return app;
}

/** Ties a socket to its session. */
function join(socket: WebSocket, hub: Hub, guest: Parameters<Hub["accept"]>[1]): void {
  socket.on("error", () => {}); // a broken one closes as well
  const session = hub.accept(socket, guest);
  if (!session) return;
  const mayTalk = createAllowance();
  socket.on("pong", session.heard);
  socket.on("message", (data, isBinary) => {
    session.heard();
    if (!mayTalk()) session.close(closeCodes.tooMany, "too many messages");
    else if (isBinary || !isPing(String(data))) {
      session.close(closeCodes.notUnderstood, 'only {"type":"ping"} is understood');
    } else session.tell({ type: "pong" });
  });
  socket.on("close", (code) => hub.leave(session as Session, code));
}

function isPing(text: string): boolean {
  try {
    return clientMessage.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function createAllowance(): () => boolean {
  let left = mostMessages;
  let at = Date.now();
  return () => {
    const now = Date.now();
    left = Math.min(mostMessages, left + (now - at) / 1_000) - 1;
    at = now;
    return left >= 0;
  };
}

const factsOf = ({ time, traceparent, data }: Envelope<"task-updates" | "notifications">) => ({
  userId: data.user_id,
  occurredAt: time,
  traceparent,
});

const changeOf = (event: Envelope<"task-updates">): Happening => ({
  ...factsOf(event),
  change: { sequence: event.sequence, change: event.data.update_type, task: event.data.task },
});

const notificationOf = (event: Envelope<"notifications">): Happening => {
  const { notification_id, reminder_id, kind, title, body } = event.data;
  return {
    ...factsOf(event),
    notification: {
      ...{ type: "notification", id: notification_id, reminder_id, kind, title, body },
      created_at: event.time,
    },
  };
};
