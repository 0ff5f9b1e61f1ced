import { type ServerResponse, STATUS_CODES } from "node:http";
import { uuidv7 } from "uuidv7";

/** Answers with an RFC 9457 problem document of the gateway itself. */
export function writeProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
): void {
  const requestId = uuidv7();
  const body = JSON.stringify({
    ...{ type: "about:blank", title, status, detail },
    instance: response.req.url?.split("?", 1)[0],
    request_id: requestId,
  });
  response.writeHead(status, {
    "x-request-id": requestId,
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    ...(status >= 502 && { "retry-after": "1" }),
  });
  response.end(body);
}

/** The same for a socket that was to be changed to another protocol. */
export function problemText(status: number): string {
  const title = STATUS_CODES[status] ?? "";
  const body = JSON.stringify({ type: "about:blank", title, status });
  return [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    "",
    body,
  ].join("\r\n");
}

/** What a person sees who typed an address that nobody serves. */
export function writeLostPage(response: ServerResponse): void {
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not found · Todo Evolution</title>
<h1>There is nothing here</h1>
<p>The address may be mistyped. <a href="/">Go to your tasks</a></p>
`;
  response.writeHead(404, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
