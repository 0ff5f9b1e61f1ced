import { type IncomingMessage, request } from "node:http";
import { type Duplex, pipeline } from "node:stream";
import type { Logger } from "pino";
import { answeredHeaders, forwardedHeaders, type RawHeaders } from "./headers.ts";
import { problemText } from "./problem.ts";
import type { Replicas } from "./replicas.ts";

type Upgrade = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came after the headers. */
  readonly head: Buffer;
};

const connectTimeoutMs = 5_000;
const upgraded = ["connection", "Upgrade", "upgrade", "websocket"];

/** Opens a WebSocket at a replica and ties it to the caller's: bytes both ways, ends both ways. */
export function forwardUpgrade(
  { request: incoming, socket, head }: Upgrade,
  { replicas, log }: { readonly replicas: Replicas; readonly log: Logger },
): void {
  socket.on("error", () => socket.destroy());
  const headers = [...forwardedHeaders(incoming), ...upgraded];
  attempt(replicas.inTurn());

  function attempt([replica, ...rest]: readonly URL[]): void {
    if (!replica) return void socket.end(problemText(502));
    const outgoing = request({
      ...{ host: replica.hostname, port: replica.port, headers, setHost: false },
      ...{ method: "GET", path: incoming.url, agent: false, timeout: connectTimeoutMs },
    });
    const hangUp = () => outgoing.destroy();
    socket.once("close", hangUp);
    outgoing.once("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.once("upgrade", (answer, upstream, upstreamHead) => {
      socket.off("close", hangUp);
      upstream.setTimeout(0);
      socket.write(startOf(answer, upgraded));
      if (upstreamHead.length > 0) socket.write(upstreamHead);
      if (head.length > 0) upstream.write(head);
      pipeline(upstream, socket, () => upstream.destroy());
      pipeline(socket, upstream, () => socket.destroy());
    });
    outgoing.once("response", (answer) => {
      socket.write(startOf(answer, ["connection", "close"]));
      pipeline(answer, socket, () => {});
    });
    outgoing.once("error", (error) => {
      socket.off("close", hangUp);
      if (socket.destroyed) return;
      replicas.refused(replica);
      log.warn({ replica: replica.host, error: error.message }, "a WebSocket was not opened");
      // A handshake changes nothing: it may be tried anywhere.
      attempt(rest);
    });
    outgoing.end();
  }
}

function startOf(answer: IncomingMessage, more: RawHeaders): string {
  const headers = [...answeredHeaders(answer), ...more];
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : [],
  );
  const status = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage ?? ""}`;
  return `${[status, ...lines].join("\r\n")}\r\n\r\n`;
}
