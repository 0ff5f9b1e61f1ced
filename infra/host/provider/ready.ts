import { get } from "node:http";
import { connect } from "node:net";
import { waitFor } from "./wait.ts";

/** When a process counts as started: an address answers with 2xx, a port accepts, or both. */
export interface ReadyOptions {
  readonly http?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tcp?: number;
  readonly timeoutMs?: number;
}

const attemptMs = 2000;
const defaultTimeoutMs = 60_000;

/**
 * Waits until the process answers. Throws as soon as `ended` tells how it ended, or with the last
 * answer when the time is over.
 */
export async function waitUntilReady(
  ready: ReadyOptions,
  ended: () => string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const timeoutMs = ready.timeoutMs ?? defaultTimeoutMs;
  let last = "";
  const answered = await waitFor(
    async () => {
      const end = ended();
      if (end) throw new Error(`${end} before it was ready`);
      last = await probe(ready);
      return last === "";
    },
    { timeoutMs, signal },
  );
  if (!answered) throw new Error(`was not ready within ${timeoutMs / 1000} s: ${last}`);
}

/** One look: an empty string when ready, otherwise what is wrong. */
export async function probe(ready: ReadyOptions): Promise<string> {
  if (ready.tcp !== undefined) {
    const problem = await probeTcp(ready.tcp);
    if (problem) return problem;
  }
  return ready.http === undefined ? "" : probeHttp(ready.http, ready.headers ?? {});
}

function probeTcp(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: attemptMs });
    const finish = (problem: string) => {
      socket.destroy();
      resolve(problem && `port ${port} on 127.0.0.1 ${problem}`);
    };
    socket.once("connect", () => finish(""));
    socket.once("timeout", () => finish("does not answer"));
    socket.once("error", (error: NodeJS.ErrnoException) => finish(`says ${error.code}`));
  });
}

function probeHttp(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent: false, timeout: attemptMs }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode < 300 ? "" : `${url} answers ${statusCode}`);
    });
    request.once("timeout", () => request.destroy(new Error("does not answer")));
    request.once("error", (error: NodeJS.ErrnoException) => {
      resolve(`${url}: ${error.code ?? error.message}`);
    });
  });
}
