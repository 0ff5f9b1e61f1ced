import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessInputs } from "../provider/process-inputs.ts";
import type { Context } from "../provider/resource.ts";
import { stopStack } from "../provider/stop.ts";

/** A stack's folder for one test, with what stops everything that was started in it. */
export interface TemporaryStack {
  readonly folder: string;
  readonly context: Context;
  /** What was reported, for assertions. */
  readonly reports: string[];
  readonly interrupt: () => void;
  readonly remove: () => Promise<void>;
}

/** Makes an empty stack folder below the system's temporary folder. */
export function createTemporaryStack(): TemporaryStack {
  const root = mkdtempSync(join(tmpdir(), "todo-evolution-test-"));
  const folder = join(root, ".local");
  const reports: string[] = [];
  const controller = new AbortController();
  return {
    folder,
    reports,
    context: {
      signal: controller.signal,
      report: (_kind, message) => reports.push(message),
    },
    interrupt: () => controller.abort(),
    async remove() {
      await stopStack(folder, { graceMs: 500 });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Inputs of a process that runs this JavaScript, with a port of its own in PORT. */
export async function inputsFor(
  stack: TemporaryStack,
  script: string,
  more: Partial<ProcessInputs> = {},
): Promise<ProcessInputs & { readonly ports: { readonly web: number } }> {
  const port = more.ports?.web ?? (await freePort());
  return {
    name: "web",
    stackFolder: stack.folder,
    command: [process.execPath, "--eval", script],
    cwd: tmpdir(),
    ready: { http: `http://127.0.0.1:${port}/`, timeoutMs: 10_000 },
    incarnation: "1",
    ...more,
    env: { PORT: String(port), ...more.env },
    ports: { web: port },
  };
}

/** Answers every request with the variable ANSWER. */
export const answering = `
  require("node:http")
    .createServer((request, response) => response.end(process.env.ANSWER ?? "yes"))
    .listen(Number(process.env.PORT), "127.0.0.1");
`;

/** A port of 127.0.0.1 that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      server.close(() => resolve(port));
    });
  });
}
