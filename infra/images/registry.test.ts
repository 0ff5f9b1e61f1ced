import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { digestOf } from "./registry.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const manifest = '{"schemaVersion":2}';
const folder = mkdtempSync(join(tmpdir(), "todo-docker-"));
const basic = Buffer.from("robot:canary").toString("base64");

/** A registry by the protocol: open/, token/ for who has a token, account/ for who has an account. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const { authorization = "" } = request.headers;
  if (url.pathname === "/token") {
    const scope = url.searchParams.get("scope");
    response.end(JSON.stringify({ token: `${scope} ${authorization === `Basic ${basic}`}` }));
    return;
  }
  const [, , place, name, , tag] = url.pathname.split("/");
  const challenge = {
    token: `Bearer realm="http://${request.headers.host}/token",service="r",scope="pull:${name}"`,
    account: 'Basic realm="r"',
  }[place ?? ""];
  const permitted = { token: `Bearer pull:${name} true`, account: `Basic ${basic}` }[place ?? ""];
  if (challenge && authorization !== permitted) {
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return;
  }
  const wantsIndex = request.headers.accept?.startsWith("application/vnd.oci.image.index");
  if (tag !== "1.0" || !wantsIndex) response.writeHead(404).end();
  else if (name === "silent") response.end(request.method === "GET" ? manifest : undefined);
  else response.setHeader("docker-content-digest", digest).end();
});
let host: string;
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ auths: { [host]: { auth: basic } } }),
  );
  vi.stubEnv("DOCKER_CONFIG", folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, tag = "1.0") => digestOf({ repository: `${host}/${path}`, tag });

test("a registry says the digest, to whom it wants to say it", async () => {
  expect(await ask("open/redis")).toBe(digest);
  expect(await ask("token/redis")).toBe(digest);
  expect(await ask("account/redis")).toBe(digest);
});

test("where it does not, the digest is that of the manifest", async () => {
  const hash = createHash("sha256").update(manifest).digest("hex");
  expect(await ask("open/silent")).toBe(`sha256:${hash}`);
});

test("a version that is not there, a closed door and nobody at home are told with the image", async () => {
  await expect(ask("open/redis", "9.9")).rejects.toThrow(`${host}/open/redis:9.9: `);
  await expect(ask("open/redis", "9.9")).rejects.toThrow("answers 404");
  vi.stubEnv("DOCKER_CONFIG", join(folder, "none"));
  await expect(ask("account/redis")).rejects.toThrow("answers 401; docker login to it first");
  vi.stubEnv("DOCKER_CONFIG", folder);
  await expect(digestOf({ repository: "127.0.0.1:1/x", tag: "1.0" })).rejects.toThrow(
    "127.0.0.1:1/x:1.0: its registry could not be asked",
  );
});
