import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import type { Logger } from "pino";
import { within } from "#apps/kit/within.ts";

export type LinkOptions = {
  /** `redis[s]://user:password@host:port`, with `?ca=FILE` for an authority of its own (PEM). */
  readonly url: string;
  readonly log: Logger;
  /** Called each time that a connection is ready to be used. */
  readonly onReady?: (client: Client) => void;
};

export type Client = ReturnType<typeof makeClient>;

/** One connection to Redis that is made anew for as long as it is wanted. */
export type Link = {
  /** The connection, or undefined while there is none. */
  readonly ready: () => Client | undefined;
  readonly close: () => Promise<void>;
};

const connectTimeoutMs = 2_000;
const longestPauseMs = 1_000;
const pingEveryMs = 5_000;
const pingTimeoutMs = 2_000;
const closeTimeoutMs = 1_000;

/**
 * Connects in the background and again whenever the connection is lost. A server that is gone
 * without a word would go unnoticed for minutes, so it is asked every five seconds.
 */
export function openLink({ url, log, onReady }: LinkOptions): Link {
  const settings = settingsOf(url);
  let closed = false;
  let client = open();

  function open(): Client {
    const opened = makeClient(settings);
    let known = true;
    opened.on("error", (error: Error) => {
      if (known && !closed) log.warn({ reason: error.message }, "redis is away");
      known = false;
    });
    opened.on("ready", () => {
      if (!known) log.info("redis is back");
      known = true;
      onReady?.(opened);
    });
    // Resolves with the first connection, and until then tries again by itself.
    opened.connect().catch(() => {});
    return opened;
  }

  const watch = setInterval(() => {
    if (!client.isReady) return;
    const asked = client;
    within(asked.ping(), pingTimeoutMs, () => new Error("no answer to a ping")).catch((error) => {
      if (closed || asked !== client || !asked.isReady) return;
      log.warn({ reason: String(error) }, "redis is silent: connecting anew");
      end(asked);
      client = open();
    });
  }, pingEveryMs);
  watch.unref();

  return {
    ready: () => (client.isReady ? client : undefined),
    close: async () => {
      closed = true;
      clearInterval(watch);
      if (client.isReady) {
        await within(client.close(), closeTimeoutMs, () => new Error("late")).catch(() => {});
      }
      end(client);
    },
  };
}

function end(client: Client): void {
  if (client.isOpen) client.destroy();
}

const makeClient = ({ url, ca }: { readonly url: string; readonly ca: string | undefined }) =>
  createClient({
    url,
    // What cannot be sent now is not sent later: the caller has gone on without it.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (tries) =>
        Math.min(50 * 2 ** Math.min(tries, 10), longestPauseMs) * (0.75 + Math.random() / 2),
      ...(ca !== undefined && { tls: true as const, ca }),
    },
  });

/** The address for the client, and the authority that it names. */
function settingsOf(address: string): { url: string; ca: string | undefined } {
  const url = new URL(address);
  const file = url.searchParams.get("ca");
  url.search = "";
  return { url: url.href, ca: file === null ? undefined : readFileSync(file, "utf8") };
}
