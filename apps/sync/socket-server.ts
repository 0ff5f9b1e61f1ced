import type { WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { syncProtocol } from "#apps/contracts/sync.ts";

// A ping is all that a client has to say.
const mostMessageBytes = 1_024;

/** Upgrades connections. */
export const createSocketServer = () =>
  new WebSocketServer({
    noServer: true,
    maxPayload: mostMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(syncProtocol) ? syncProtocol : false),
    // Its options are typed as if `noServer` might not have been given.
  }) as WebSocketServer & WebSocketServerLike;
