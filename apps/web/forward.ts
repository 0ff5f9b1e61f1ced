import { type Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Logger } from "pino";
import { answeredHeaders, forwardedHeaders, hasBody } from "./headers.ts";
import { writeProblem } from "./problem.ts";
import type { Replicas } from "./replicas.ts";

export type ForwardDeps = {
  readonly replicas: Replicas;
  readonly agent: Agent;
  readonly log: Logger;
};

const connectTimeoutMs = 2_000;
/** Silence of a service, longer than any answer of ours takes. */
export const silenceMs = 60_000;

const idempotent = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Hands a request on to a replica and its answer back. A replica that refuses the connection was
 * never asked, so the next one is; one that fails later is asked no more unless asking twice does
 * no harm. Whoever hangs up, the other side learns of it.
 */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  { replicas, agent, log }: ForwardDeps,
): void {
  const [first, ...others] = replicas.inTurn();
  const withBody = hasBody(incoming);
  const mayRepeat = idempotent.has(incoming.method ?? "") && !withBody;
  // The same for every try; the body is read by one of them only.
  const headers = forwardedHeaders(incoming);
  if (first) attempt(first, others);
  else writeProblem(response, 502, "Bad gateway", "no replica of this service is known");

  function attempt(replica: URL, rest: readonly URL[]): void {
    let connected = false;
    const outgoing = request({
      ...{ host: replica.hostname, port: replica.port, agent, headers, setHost: false },
      ...{ method: incoming.method, path: incoming.url, timeout: silenceMs },
    });
    const hangUp = () => outgoing.destroy();
    response.once("close", hangUp);
    const late = setTimeout(
      () => outgoing.destroy(new Error("no connection in time")),
      connectTimeoutMs,
    );

    outgoing.once("socket", (socket) => {
      const begin = () => {
        connected = true;
        clearTimeout(late);
        // Not before: what was read of the body could not be sent to another replica.
        if (withBody) {
          incoming.pipe(outgoing);
          // Whoever answers early reads no further; the caller sends all before it hears of it.
          outgoing.once("close", () => incoming.resume());
        } else outgoing.end();
      };
      if (socket.connecting) socket.once("connect", begin);
      else begin();
    });
    outgoing.once("timeout", () => outgoing.destroy(new Error("silent for too long")));
    outgoing.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answeredHeaders(answer));
      // By hand: a pipeline would make and abort a signal, with its stack, for every request.
      answer.pipe(response);
      // An answer that breaks off breaks off for the caller too.
      answer.once("error", () => response.destroy());
      answer.once("end", () => {
        if (outgoing.writableFinished) response.off("close", hangUp);
      });
    });
    outgoing.once("error", (error) => {
      clearTimeout(late);
      response.off("close", hangUp);
      if (response.destroyed || response.headersSent) return response.destroy();
      if (!connected) replicas.refused(replica);
      const [next, ...after] = rest;
      if (next && (!connected || mayRepeat)) return attempt(next, after);
      log.warn({ replica: replica.host, error: error.message }, "a service did not answer");
      // Its rest was not read, so the connection cannot carry another request.
      if (withBody) response.setHeader("connection", "close");
      writeProblem(response, 502, "Bad gateway", "the service behind this path did not answer");
    });
  }
}
