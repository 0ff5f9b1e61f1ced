import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { probe, type Unusable, versionOf } from "./probe.ts";

const closing: { close: () => unknown }[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

/** A port on which somebody says this, or nobody answers. */
async function portOf(greeting?: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(greeting ?? "");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  if (greeting === undefined) await new Promise((resolve) => server.close(resolve));
  else closing.push(server);
  return port;
}

async function addresses() {
  const nobody = await portOf();
  const at = { host: "127.0.0.1", port: nobody, username: "admin", password: "canary" };
  return {
    kafka: { ...at, brokers: [`127.0.0.1:${nobody}`] },
    postgres: { ...at, database: "todo" },
    redis: at,
    mail: at,
    zipkin: `http://127.0.0.1:${nobody}`,
  };
}

const unusable = async (changes: object): Promise<Unusable[]> => {
  const answers = await probe({ ...(await addresses()), ...changes });
  expect(answers).toBeInstanceOf(Array);
  return answers as Unusable[];
};

test("all servers that nobody runs are named at once, without a password", async () => {
  const found = await unusable({});
  expect(found.map(({ key }) => key)).toEqual(["kafka", "postgres", "redis", "mail", "zipkin"]);
  for (const { message } of found) {
    expect(message).toMatch(/(Kafka|PostgreSQL|Redis|Mail|Zipkin) at .*127\.0\.0\.1:\d+.*/);
    expect(message).not.toContain("canary");
  }
}, 30_000);

test("somebody else at the port of a mail server or of Zipkin is not taken for one", async () => {
  const http = createHttpServer((_, response) => response.writeHead(404).end());
  await once(http.listen(0, "127.0.0.1"), "listening");
  closing.push(http);
  const mail = { host: "127.0.0.1", port: await portOf("SSH-2.0-server\r\n") };
  const found = await unusable({
    mail,
    zipkin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
  });
  const messages = Object.fromEntries(found.map(({ key, message }) => [key, message]));
  expect(messages.mail).toContain('it greets with "SSH-2.0-server');
  expect(messages.zipkin).toContain("/health answers 404");
}, 30_000);

test("a mail server that greets is one, and without tracing nobody asks for Zipkin", async () => {
  const mail = { host: "127.0.0.1", port: await portOf("220 mail.example ESMTP\r\n") };
  const found = await unusable({ mail, zipkin: undefined });
  expect(found.map(({ key }) => key)).toEqual(["kafka", "postgres", "redis"]);
}, 30_000);

test.each([
  ["Kafka 4", 18, "3.9.0"],
  ["Kafka 3.9", 17, "3.9.0"],
  ["Kafka 3.5, and Redpanda", 13, "2.0.0"],
])("%s is spoken to in a version that it knows", (_, maxVersion, version) => {
  expect(
    versionOf([
      { apiKey: 0, maxVersion: 99 },
      { apiKey: 1, maxVersion },
    ]),
  ).toBe(version);
});
