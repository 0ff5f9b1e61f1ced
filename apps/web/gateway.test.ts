import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { silentLog } from "#apps/kit/testing/samples.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";

type Listener = (request: IncomingMessage, response: import("node:http").ServerResponse) => void;

const servers: Server[] = [];
let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.close(100);
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: Listener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(...backend: string[]): Promise<string> {
  gateway = startGateway({
    ...{ host: "127.0.0.1", port: 0, targets: { backend }, log: silentLog },
    onError: (error) => {
      throw error;
    },
  });
  return `http://127.0.0.1:${await gateway.listening}`;
}

/** The same of a stack that has something besides its services. */
async function startWith(besides: Record<string, string[]>): Promise<string> {
  gateway = startGateway({
    ...{ host: "127.0.0.1", port: 0, targets: {}, besides, log: silentLog },
    onError: (error) => {
      throw error;
    },
  });
  return `http://127.0.0.1:${await gateway.listening}`;
}

/** An address where nothing listens. */
async function nowhere(): Promise<string> {
  const address = await serve(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return address;
}

const read = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** Answers with what it was asked. */
const echo: Listener = async (asked, response) => {
  const { method, url, headers } = asked;
  const body = await read(asked);
  response.writeHead(201, {
    "x-one": "1",
    "set-cookie": ["a=1", "b=2"],
    connection: "x-hop, close",
    "x-hop": "1",
  });
  response.end(JSON.stringify({ method, url, headers, body }));
};

test("a request reaches its service as it is, and so does the answer its caller", async () => {
  const url = await start(await serve(echo));
  const response = await fetch(`${url}/api/tasks?limit=5`, { method: "PATCH", body: "{}" });
  expect(response.status).toBe(201);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(response.headers.get("x-one")).toBe("1");
  expect(response.headers.get("x-hop")).toBeNull();
  expect(await response.json()).toMatchObject({
    ...{ method: "PATCH", url: "/api/tasks?limit=5", body: "{}" },
  });
});

test("what a stack has besides its services is at its path and below it, and nowhere else", async () => {
  const base = await startWith({ "/ops": [await serve(echo)] });
  const statusOf = async (path: string) => (await fetch(base + path)).status;
  expect(await statusOf("/ops")).toBe(201);
  expect(await statusOf("/ops/letters/a?b=c")).toBe(201);
  expect(await statusOf("/opsa")).toBe(404);
  expect(await statusOf("/ops/%2e%2e/metrics")).toBe(404);
});

test("where a request comes from is what its connection says, and not what it says itself", async () => {
  const url = await start(await serve(echo));
  const response = await fetch(`${url}/api`, {
    headers: {
      "x-forwarded-for": "8.8.8.8",
      forwarded: "for=8.8.8.8",
      "dapr-api-token": "guess",
      "dapr-caller-app-id": "recurring",
      authorization: "Bearer kept",
    },
  });
  const { headers } = (await response.json()) as { headers: Record<string, string> };
  expect(headers).toMatchObject({
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": new URL(url).host,
    host: new URL(url).host,
    authorization: "Bearer kept",
  });
  for (const name of ["forwarded", "dapr-api-token", "dapr-caller-app-id"]) {
    expect(headers).not.toHaveProperty(name);
  }
});

test.for(["/metrics", "/metrics?key=secret", "/internal/events/task-events", "/api/../internal"])(
  "%s is refused with a problem, and reaches nobody",
  async (path) => {
    let reached = false;
    const url = new URL(
      await start(
        await serve((_, response) => {
          reached = true;
          response.end();
        }),
      ),
    );
    // By node:http, as fetch would tidy the path up.
    const answer = await new Promise<IncomingMessage>((resolve) => {
      request({ host: url.hostname, port: url.port, path }, resolve).end();
    });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(await read(answer))).toMatchObject({
      status: 404,
      instance: path.split("?")[0],
    });
    expect(reached).toBe(false);
  },
);

test("a person who mistyped an address gets words and a way on, of one that is served nothing else", async () => {
  const url = new URL(await start(await serve((_, response) => void response.end("of a service"))));
  const asked = async (path: string) => {
    const headers = { "sec-fetch-mode": "navigate" };
    const answer = await new Promise<IncomingMessage>((resolve) => {
      request({ host: url.hostname, port: url.port, path, headers }, resolve).end();
    });
    return { answer, body: await read(answer) };
  };
  const { answer, body } = await asked("/nowhere<script>");
  expect(answer.statusCode).toBe(404);
  expect(answer.headers["content-type"]).toMatch("text/html");
  expect(answer.headers["content-security-policy"]).toMatch("default-src 'none'");
  expect(body).toContain('<a href="/">');
  expect(body).not.toContain("script");
  expect((await asked("/api/tasks")).body).toBe("of a service");
});

test("bodies stream both ways: neither side waits for the end of the other", async () => {
  const url = new URL(
    await start(await serve((asked, response) => void asked.pipe(response.writeHead(200)))),
  );
  const { hostname: host, port } = url;
  const outgoing = request({ host, port, path: "/api/echo", method: "POST" });
  outgoing.write("first");
  const answer = await new Promise<IncomingMessage>((resolve) =>
    outgoing.once("response", resolve),
  );
  const chunks = answer[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe("first");
  outgoing.end("second");
  expect(String((await chunks.next()).value)).toBe("second");
  expect((await chunks.next()).done).toBe(true);
});

test("a large body goes through whole, with a length and without", async () => {
  const url = await start(
    await serve(async (asked, response) => {
      response.end(String((await read(asked)).length));
    }),
  );
  const body = "x".repeat(5_000_000);
  expect(await (await fetch(`${url}/api`, { method: "POST", body })).text()).toBe("5000000");
  const stream = new Blob([body]).stream();
  const sent = { method: "DELETE", body: stream, duplex: "half" } as RequestInit;
  expect(await (await fetch(`${url}/api`, sent)).text()).toBe("5000000");
});

test("an answer that comes before the end of a body reaches who still sends it", async () => {
  const url = await start(
    await serve((_, response) => {
      response.writeHead(413);
      response.end("too large");
    }),
  );
  const body = "x".repeat(5_000_000);
  for (let time = 0; time < 3; time++) {
    const answer = await fetch(`${url}/api`, { method: "POST", body });
    expect([answer.status, await answer.text()]).toEqual([413, "too large"]);
  }
});

test("a request that usually has a body, and has none, says so", async () => {
  const base = new URL(await start(await serve(echo)));
  const { hostname: host, port } = base;
  const outgoing = request({ host, port, path: "/api/tasks/1/complete", method: "POST" });
  outgoing.useChunkedEncodingByDefault = false;
  outgoing.end();
  const answer = await new Promise<IncomingMessage>((resolve) =>
    outgoing.once("response", resolve),
  );
  const { headers, body } = JSON.parse(await read(answer));
  expect([headers["content-length"], headers["transfer-encoding"], body]).toEqual([
    "0",
    undefined,
    "",
  ]);
});

test("a kept connection is let go before its service closes it, as a request may be on its way", async () => {
  const service = await serve(echo);
  const [server] = servers as [Server];
  server.keepAliveTimeout = 2_000;
  // Closed as soon as that is over, without the second that Node adds.
  server.keepAliveTimeoutBuffer = 0;
  const connections = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  // Who hears the other end is not the one that closes.
  const closedBy = new Promise((resolve) =>
    server.once("connection", (socket) => {
      socket.once("end", () => resolve("the gateway"));
      socket.once("close", () => resolve("the service"));
    }),
  );
  const base = await start(service);
  // Without "close", which echo answers with.
  server.removeAllListeners("request").on("request", (_, response) => response.end("kept"));
  expect(await (await fetch(`${base}/api/tasks`)).text()).toBe("kept");
  expect(await connections()).toBe(1);
  expect(await closedBy).toBe("the gateway");
});

test("who hangs up is known to the service at once", async () => {
  let closed = false;
  const url = await start(
    await serve((_, response) => {
      response.write("begun");
      response.once("close", () => {
        closed = true;
      });
    }),
  );
  const aborter = new AbortController();
  const response = await fetch(`${url}/api`, { signal: aborter.signal });
  await response.body?.getReader().read();
  aborter.abort();
  await expect.poll(() => closed).toBe(true);
});

test("an answer that breaks off breaks off for the caller", async () => {
  const url = await start(
    await serve((_, response) => {
      response.write("begun");
      setTimeout(() => response.destroy(), 20);
    }),
  );
  await expect(fetch(`${url}/api`).then((response) => response.text())).rejects.toThrow();
});

test("replicas take turns, and one that is away is passed over, with the body unharmed", async () => {
  const named = (name: string) =>
    serve(async (asked, response) => void response.end(`${name} ${await read(asked)}`));
  const url = await start(await named("one"), await nowhere(), await named("two"));
  const answers: string[] = [];
  for (let index = 0; index < 6; index++) {
    const response = await fetch(`${url}/api`, { method: "POST", body: "a body" });
    answers.push(await response.text());
  }
  expect(new Set(answers)).toEqual(new Set(["one a body", "two a body"]));
});

test("what may be asked twice is asked of another replica, and nothing else is", async () => {
  let asked = 0;
  const broken = await serve((_, response) => {
    asked++;
    response.destroy();
  });
  const url = await start(broken, await serve((_, response) => void response.end("fine")));
  const statuses = async (method: string) => {
    const responses = [
      await fetch(`${url}/api`, { method }),
      await fetch(`${url}/api`, { method }),
    ];
    return responses.map(({ status }) => status).sort();
  };
  expect(await statuses("GET")).toEqual([200, 200]);
  expect(await statuses("POST")).toEqual([200, 502]);
  expect(asked).toBe(2);
});

test("a service that is away is a 502 problem", async () => {
  const url = await start(await nowhere());
  for (const method of ["GET", "POST"]) {
    const response = await fetch(`${url}/api`, {
      method,
      ...(method === "POST" && { body: "{}" }),
    });
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  }
});

test("draining, requests under way end and no others begin", async () => {
  const asked = Promise.withResolvers<void>();
  const url = await start(
    await serve(async (_, response) => {
      asked.resolve();
      await sleep(100);
      response.end("late, but whole");
    }),
  );
  const underWay = fetch(`${url}/api`);
  await asked.promise;
  gateway?.drain();
  expect(await (await underWay).text()).toBe("late, but whole");
  await expect(fetch(`${url}/api`)).rejects.toThrow();
  await gateway?.close();
});

/** A service that changes to a protocol in which it says everything back. */
async function serveSockets(): Promise<string> {
  const url = await serve((_, response) => void response.writeHead(400).end("no"));
  servers.at(-1)?.on("upgrade", (asked: IncomingMessage, socket: Socket) => {
    socket.on("error", () => {});
    if (asked.url === "/api/refused")
      return socket.end("HTTP/1.1 401 No\r\nconnection: close\r\n\r\nno");
    const from = asked.headers["x-forwarded-for"];
    socket.write(
      `HTTP/1.1 101 Yes\r\nupgrade: websocket\r\nconnection: Upgrade\r\nx-from: ${from}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  return url;
}

async function upgrade(
  url: string,
  path: string,
): Promise<{ socket: Socket; until: (text: string) => Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let seen = "";
  socket.on("data", (chunk) => {
    seen += chunk;
  });
  socket.on("error", () => {});
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: here\r\nconnection: Upgrade\r\nupgrade: websocket\r\nx-forwarded-for: 8.8.8.8\r\n\r\n`,
  );
  const until = async (text: string) => {
    await expect.poll(() => seen).toContain(text);
    return seen;
  };
  return { socket, until };
}

test("a WebSocket is tied to its service both ways, and ends on both sides", async () => {
  const url = await start(await nowhere(), await serveSockets());
  const { socket, until } = await upgrade(url, "/api/live");
  expect(await until("\r\n\r\n")).toMatch(/^HTTP\/1.1 101 .*x-from: 127.0.0.1/s);
  socket.write("said back");
  await until("said back");
  const ended = new Promise((resolve) => socket.once("close", resolve));
  for (const server of servers) server.closeAllConnections();
  await gateway?.close();
  await ended;
});

test("a WebSocket that is refused, or leads nowhere, is answered", async () => {
  const url = await start(await serveSockets());
  await (await upgrade(url, "/api/refused")).until("HTTP/1.1 401 No");
  await (await upgrade(url, "/internal")).until("HTTP/1.1 404");
  await gateway?.close();
  const away = await start(await nowhere());
  await (await upgrade(away, "/api/live")).until("HTTP/1.1 502");
});
