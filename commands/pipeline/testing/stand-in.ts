import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type StandIn = AsyncDisposable & { readonly url: string; readonly asked: Asked[] };

/** A server on 127.0.0.1 that answers as `answer` says and remembers what it was asked. */
export async function standIn(
  answer: (asked: Asked) => { status?: number; body?: unknown },
): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body };
      asked.push(one);
      const { status = 200, body: said } = answer(one);
      response.writeHead(status, { connection: "close" });
      response.end(said === undefined ? "" : JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
