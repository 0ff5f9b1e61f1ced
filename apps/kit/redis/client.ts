import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { createPatience } from "#apps/kit/patience.ts";
import type { Client } from "./link.ts";
import { openLink } from "./link.ts";

/** A script that the server runs as one step, with the hash by which it is called. */
export type RedisScript = { readonly text: string; readonly sha: string };

/**
 * Redis for what may be done without: counters, wake-ups. No call rejects or takes longer than its
 * `callTimeoutMs`; what was not answered is `undefined` or `false`, and the caller goes on without
 * it.
 */
export type RedisClient = {
  /** Whether calls are worth a try now. */
  readonly available: () => boolean;
  /** Runs a script over keys of this service; its reply, or undefined when Redis is away. */
  readonly run: (
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ) => Promise<unknown>;
  /** Tells every replica that listens to the channel; false when it was not told. */
  readonly publish: (channel: string, message: string) => Promise<boolean>;
  /** Listens to a channel of this service until the client is closed; one listener a channel. */
  readonly subscribe: (channel: string, listener: RedisListener) => void;
  readonly close: () => Promise<void>;
};

export type RedisListener = {
  readonly onMessage: (message: string) => void;
  /** Called when listening begins, first and after each loss: what came before was not heard. */
  readonly onListening?: () => void;
};

export type RedisClientOptions = {
  /** `redis[s]://user:password@host:port`, with `?ca=FILE` for an authority of its own (PEM). */
  readonly url: string;
  /** Keys and channels begin with it, which is all that the service's user may touch. */
  readonly appId: string;
  readonly log: Logger;
  /** 50 where nothing else is said. */
  readonly callTimeoutMs?: number;
};

// A server that does not answer costs its callers time, so after a few of them it is left alone.
const failuresInARow = 3;
const pauseMs = 1_000;

export const redisScript = (text: string): RedisScript => ({
  text,
  sha: createHash("sha1").update(text).digest("hex"),
});

/** Connects in the background; until then, and whenever Redis is away, calls return at once. */
export function createRedisClient(options: RedisClientOptions): RedisClient {
  const { url, appId, log, callTimeoutMs = 50 } = options;
  const commands = openLink({ url, log });
  const listeners = new Map<string, RedisListener>();
  const heardOn = new Map<string, Client>();
  let subscriber: ReturnType<typeof openLink> | undefined;
  const patience = createPatience({
    timeoutMs: callTimeoutMs,
    failuresInARow,
    pauseMs,
    onFailure: (reason) => log.debug({ reason: String(reason) }, "redis did not answer"),
  });

  const named = (name: string): string => `${appId}:${name}`;
  const bounded = async <T>(work: (client: Client) => Promise<T>): Promise<T | undefined> => {
    const client = commands.ready();
    return client && patience.attempt(() => work(client));
  };

  function listenOn(client: Client): void {
    for (const [channel, { onMessage, onListening }] of listeners) {
      // A connection that comes back listens again by itself to what it listened to.
      const listening = heardOn.get(channel) === client;
      heardOn.set(channel, client);
      (listening ? Promise.resolve() : client.subscribe(named(channel), onMessage)).then(
        () => onListening?.(),
        (error) => {
          heardOn.delete(channel);
          log.warn({ reason: String(error), channel }, "not listening");
        },
      );
    }
  }

  return {
    available: () => commands.ready() !== undefined && !patience.pausing(),
    run: (script, keys, args) =>
      bounded((client) => evaluate(client, script, keys.map(named), args)),
    publish: async (channel, message) =>
      (await bounded((client) => client.publish(named(channel), message))) !== undefined,
    subscribe: (channel, listener) => {
      if (listeners.has(channel)) throw new Error(`${channel} has a listener already`);
      listeners.set(channel, listener);
      if (!subscriber) subscriber = openLink({ url, log, onReady: listenOn });
      else if (subscriber.ready()) listenOn(subscriber.ready() as Client);
    },
    close: async () => {
      await Promise.all([commands.close(), subscriber?.close()]);
    },
  };
}

async function evaluate(
  client: Client,
  { text, sha }: RedisScript,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args.map(String)];
  try {
    return await client.sendCommand(["EVALSHA", sha, ...rest]);
  } catch (error) {
    if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
    return client.sendCommand(["EVAL", text, ...rest]);
  }
}
