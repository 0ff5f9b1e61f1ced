import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** Of one connection, not of the message: RFC 9110, 7.6.1. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Said by gateways and sidecars only: from outside it is a lie. */
const ofOurs =
  /^(forwarded|x-forwarded-.*|x-real-ip|dapr-.*|dapr_.*|__(key|partition|offset|topic))$/;

/**
 * The headers of a request as its service is to see them: where it comes from is what the
 * connection says. The body is framed anew, so that both sides see one end of it.
 */
export function forwardedHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const headers = endToEnd(request.headers, request.headersDistinct);
  for (const name of Object.keys(headers)) if (ofOurs.test(name)) delete headers[name];
  if (request.headers["transfer-encoding"] !== undefined) {
    headers["transfer-encoding"] = "chunked";
    delete headers["content-length"];
  }
  headers["x-forwarded-for"] = request.socket.remoteAddress ?? "unknown";
  headers["x-forwarded-proto"] = "http";
  if (request.headers.host !== undefined) headers["x-forwarded-host"] = request.headers.host;
  return headers;
}

/** The headers of an answer as the caller is to see them. */
export const answeredHeaders = (answer: IncomingMessage): Record<string, string | string[]> =>
  endToEnd(answer.headers, answer.headersDistinct);

function endToEnd(
  headers: IncomingHttpHeaders,
  distinct: NodeJS.Dict<string[]>,
): Record<string, string | string[]> {
  const named = (headers.connection ?? "").toLowerCase().split(",");
  const dropped = new Set([...hopByHop, ...named.map((name) => name.trim())]);
  const kept = Object.entries(distinct).filter(([name]) => !dropped.has(name));
  return Object.fromEntries(
    kept.map(([name, values]) => [name, values?.length === 1 ? (values[0] ?? "") : (values ?? [])]),
  );
}
