import type { Server } from "node:http";
import { serve as serveHono, type WebSocketServerLike } from "@hono/node-server";
import type { Hono } from "hono";
import type { Logger } from "pino";

const serverOptions = {
  // The sidecar hands on the headers of a record as headers of its request, whatever their size.
  maxHeaderSize: 2 * 1024 * 1024,
  // Longer than the gateway and sidecars keep theirs: who closes an idle connection first must be
  // who uses it, else a request meets the end of its connection and nobody knows what became of it.
  keepAliveTimeout: 120_000,
};

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  /** Takes the connections that the app upgrades; whoever made it closes them at the drain. */
  readonly webSockets?: WebSocketServerLike | undefined;
  /** Called at the first SIGTERM or SIGINT, before the listener closes. */
  readonly onDrain: () => void;
  /** Ends what runs beside the listener; called when the last request was answered. */
  readonly onClose: () => Promise<void>;
};

/** Requests in flight have this long to end, and everything together this long to close. */
const drainTimeoutMs = 8_000;
const exitTimeoutMs = 13_000;

/**
 * Listens until SIGTERM or SIGINT, then drains: no new connections, requests in flight end, what
 * runs beside is closed, and the process exits with 0. A second signal ends it at once.
 */
// biome-ignore lint/suspicious/noExplicitAny: any app will do; its variables are its own
export function serve(app: Hono<any>, options: ServeOptions): void {
  const { host, port, log } = options;
  const { webSockets } = options;
  const websocket = webSockets && { server: webSockets };
  const server = serveHono(
    { fetch: app.fetch, hostname: host, port, serverOptions, ...(websocket && { websocket }) },
    (info) => {
      log.info({ host, port: info.port }, "listening");
    },
  ) as Server;
  server.on("error", (error) => {
    log.fatal({ error: error.message }, "cannot listen");
    process.exit(1);
  });

  let draining = false;
  const drain = async (signal: NodeJS.Signals) => {
    if (draining) process.exit(1);
    draining = true;
    log.info({ signal }, "draining");
    // Nothing is lost by ending here: what was not confirmed is sent again with the same id.
    setTimeout(() => {
      log.error("not drained in time");
      process.exit(1);
    }, exitTimeoutMs).unref();
    options.onDrain();
    const closed = new Promise((resolve) => server.close(resolve));
    // Connections become idle one by one, as their answers end.
    setInterval(() => server.closeIdleConnections(), 50).unref();
    setTimeout(() => server.closeAllConnections(), drainTimeoutMs).unref();
    await closed;
    await options
      .onClose()
      .catch((error) => log.error({ error: String(error) }, "not closed well"));
    log.info("stopped");
    process.exit(0);
  };
  process.on("SIGTERM", drain);
  process.on("SIGINT", drain);
}
