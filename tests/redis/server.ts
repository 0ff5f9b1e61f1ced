import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directUsers, redisUsers } from "#components/redis/redis-config.ts";
import { locate, thisMachine } from "#toolchain/find.ts";

/** The server of the toolchain, or undefined on a machine where nothing was started yet. */
export const redisServer = (() => {
  const located = locate("redis-server", thisMachine());
  return located.state === "found" ? located.program.path : undefined;
})();

export type TestRedis = {
  /** The address with the user of a service that declares Redis. */
  readonly urlOf: (appId: string) => string;
  readonly start: () => Promise<void>;
  /** Ends the server; its port stays its own. */
  readonly stop: () => Promise<void>;
  /** Leaves the server its connections and lets it answer nothing, or answer again. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly remove: () => Promise<void>;
};

/** A real Redis with the users that a stack gives it, for tests of what is done by it alone. */
export async function createTestRedis(): Promise<TestRedis> {
  if (!redisServer) throw new Error("redis-server is not on this machine yet: npm start");
  const program = redisServer;
  const folder = mkdtempSync(join(tmpdir(), "todo-redis-"));
  const port = await freePort();
  const services = Object.fromEntries(directUsers().map((appId) => [appId, `${appId}-password`]));
  const file = join(folder, "redis.conf");
  const users = redisUsers({ sidecars: "sidecars-password", services });
  const settings = ["bind 127.0.0.1", `port ${port}`, `dir ${folder}`, 'save ""', ...users];
  writeFileSync(file, `${settings.join("\n")}\n`);
  let server: ChildProcess | undefined;

  const stop = async () => {
    if (!server || server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
    server = undefined;
  };
  const start = async () => {
    server = spawn(program, [file], { stdio: "ignore" });
    await untilListening(port);
  };
  await start();
  return {
    urlOf: (appId) => `redis://${appId}:${services[appId]}@127.0.0.1:${port}`,
    start,
    stop,
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, "127.0.0.1");
    const answered = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`redis-server does not listen on port ${port}`);
}
