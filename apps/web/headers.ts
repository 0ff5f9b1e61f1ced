import type { IncomingMessage } from "node:http";

/** Names and values by turns, as Node takes and gives them; several of a name stay several. */
export type RawHeaders = string[];

/** Of one connection, not of the message: RFC 9110, 7.6.1. */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Said by gateways and sidecars only: from outside it is a lie. */
const ofOurs =
  /^(forwarded|x-forwarded-.*|x-real-ip|dapr-.*|dapr_.*|__(key|partition|offset|topic))$/;

/** Methods whose requests say that they have no body, when they have none. */
const usuallyWithBody = new Set(["POST", "PUT", "PATCH"]);

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;

/**
 * The headers of a request as its service is to see them: where it comes from is what the
 * connection says. The body is framed anew, so that both sides see one end of it.
 */
export function forwardedHeaders(request: IncomingMessage): RawHeaders {
  const isChunked = request.headers["transfer-encoding"] !== undefined;
  const headers = endToEnd(
    request,
    (name) => ofOurs.test(name) || (isChunked && name === "content-length"),
  );
  if (isChunked) headers.push("transfer-encoding", "chunked");
  else if (!hasBody(request) && usuallyWithBody.has(request.method ?? "")) {
    headers.push("content-length", "0");
  }
  headers.push("x-forwarded-for", request.socket.remoteAddress ?? "unknown");
  headers.push("x-forwarded-proto", "http");
  const { host } = request.headers;
  if (host !== undefined) headers.push("x-forwarded-host", host);
  return headers;
}

/** The headers of an answer as the caller is to see them. */
export const answeredHeaders = (answer: IncomingMessage): RawHeaders =>
  endToEnd(answer, () => false);

function endToEnd(message: IncomingMessage, isDropped: (name: string) => boolean): RawHeaders {
  const { rawHeaders } = message;
  const named = namedByConnection(message.headers.connection);
  const kept: RawHeaders = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (hopByHop.has(name) || named?.includes(name) || isDropped(name)) continue;
    kept.push(name, rawHeaders[index + 1] as string);
  }
  return kept;
}

/** What else is of the connection only, because it says so. */
const namedByConnection = (connection: string | undefined): string[] | undefined =>
  connection
    ?.toLowerCase()
    .split(",")
    .map((name) => name.trim());
