import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A processor profile as V8 gives it: a tree of calls, and which of them was running when. */
export type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node at each sample, and the microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** Where a process of Node listens that was told by a signal to let itself be looked at. */
const inspector = "http://127.0.0.1:9229";
const opensWithinMs = 5_000;

/** What a process of Node does for so long; it goes on as before, and can be looked at no more. */
export async function profileOf(pid: number, durationMs: number): Promise<Profile> {
  if (await addressOf()) throw new Error(`something else is looked at already at ${inspector}`);
  process.kill(pid, "SIGUSR1");
  const session = await openSession(await addressOnceOpen());
  try {
    await session.send("Profiler.enable");
    await session.send("Profiler.start");
    await sleep(durationMs);
    const { profile } = (await session.send("Profiler.stop")) as { profile: Profile };
    return profile;
  } finally {
    // Its own answer cannot come any more.
    session.post("Runtime.evaluate", {
      expression: "process.getBuiltinModule('node:inspector').close()",
    });
    await session.closed;
  }
}

async function addressOnceOpen(): Promise<string> {
  for (const since = performance.now(); performance.now() - since < opensWithinMs; ) {
    const address = await addressOf();
    if (address) return address;
    await sleep(50);
  }
  throw new Error(`a process that was sent SIGUSR1 does not listen at ${inspector}`);
}

async function addressOf(): Promise<string | undefined> {
  try {
    const answer = await fetch(`${inspector}/json/list`);
    const [target] = (await answer.json()) as { webSocketDebuggerUrl?: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

async function openSession(address: string) {
  const socket = new WebSocket(address);
  await once(socket, "open");
  const closed = once(socket, "close");
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const answered = waiting.get(id);
    if (error) answered?.reject(new Error(error.message));
    else answered?.resolve(result);
  });
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("it ended while it was looked at"));
  });
  let last = 0;
  const post = (method: string, params = {}): number => {
    last += 1;
    socket.send(JSON.stringify({ id: last, method, params }));
    return last;
  };
  const send = (method: string): Promise<unknown> => {
    const answered = Promise.withResolvers<unknown>();
    waiting.set(post(method), answered);
    return answered.promise;
  };
  return { post, send, closed };
}
