import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";

const repositoryFolder = join(import.meta.dirname, "../../..");
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

/** A process that serves one answer after so many milliseconds. */
async function start(answersAfterMs: number) {
  const program = `
    import { Hono } from "hono";
    import { pino } from "pino";
    import { serve } from "#apps/kit/http/serve.ts";
    const app = new Hono().get("/", async (context) => {
      process.stderr.write("asked");
      await new Promise((resolve) => setTimeout(resolve, ${answersAfterMs}));
      return context.text("done");
    });
    serve(app, {
      host: "127.0.0.1", port: 0, log: pino(), onDrain: () => {}, onClose: async () => {},
    });`;
  const args = ["--input-type=module", "-e", program];
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const started = spawn(process.execPath, args, { cwd: repositoryFolder, stdio: [...stdio] });
  child = started;
  const [line] = await once(started.stdout, "data");
  const port = Number(/"port":(\d+)/.exec(String(line))?.[1]);
  const agent = new Agent({ keepAlive: true });
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = get({ host: "127.0.0.1", port, agent }, (response) => {
        response.resume().once("end", () => resolve(response));
      });
      request.once("error", reject);
    });
  return { started, ask };
}

test("a service keeps idle connections longer than those who use them", async () => {
  const { ask } = await start(0);
  const response = await ask();
  expect(response.headers["keep-alive"]).toBe("timeout=120");
});

test("a drain ends requests under way, and waits for no connection that is idle by then", async () => {
  const { started, ask } = await start(700);
  const answered = ask();
  await once(started.stderr as NodeJS.ReadableStream, "data");
  const since = performance.now();
  started.kill("SIGTERM");
  expect((await answered).statusCode).toBe(200);
  const [code] = await once(started, "exit");
  expect(code).toBe(0);
  expect(performance.now() - since).toBeLessThan(3_000);
});
