import type { Logger } from "pino";
import { dapr } from "#apps/contracts/dapr.ts";
import { createPatience } from "#apps/kit/patience.ts";

/** What is kept under a key, with the tag that names this very write of it. */
export type StateEntry = { readonly value: unknown; readonly etag: string };

/**
 * The state store of a service for what may be done without. No call rejects or takes longer than
 * 50 ms; while the store is away it gives nothing and keeps nothing.
 */
export type StateStore = {
  /** What is there, null for nothing, undefined when the store does not answer. */
  readonly get: (key: string) => Promise<StateEntry | null | undefined>;
  /**
   * Writes over what was read: over the entry with this tag, or where nothing was for undefined.
   * False when something else was written meanwhile, or the store does not answer.
   */
  readonly save: (
    key: string,
    value: unknown,
    options: { readonly over: string | undefined; readonly ttlSeconds: number },
  ) => Promise<boolean>;
};

export type StateStoreOptions = {
  /** The sidecar's address, as `http://127.0.0.1:3500`. */
  readonly sidecarUrl: string;
  readonly apiToken: string;
  readonly log: Logger;
};

const callTimeoutMs = 50;

/** By fetch: `@dapr/dapr` gives a value without its tag. */
export function createStateStore({ sidecarUrl, apiToken, log }: StateStoreOptions): StateStore {
  const base = `${sidecarUrl}/v1.0/state/${dapr.stateStore}`;
  const { attempt } = createPatience({
    timeoutMs: callTimeoutMs,
    failuresInARow: 3,
    pauseMs: 1_000,
    onFailure: (reason) => log.debug({ reason: String(reason) }, "the state store did not answer"),
  });
  const headers = { "dapr-api-token": apiToken, "content-type": "application/json" };
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${base}${path}`, { ...init, headers, signal: AbortSignal.timeout(callTimeoutMs) });

  return {
    get: (key) =>
      attempt(async () => {
        const response = await call(`/${encodeURIComponent(key)}`);
        const text = await response.text();
        if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
        const etag = response.headers.get("etag");
        if (response.status === 204 || text === "" || etag === null) return null;
        return { value: JSON.parse(text), etag };
      }),

    save: async (key, value, { over, ttlSeconds }) => {
      const entry = {
        key,
        value,
        ...(over !== undefined && { etag: over }),
        // Without a tag this is refused where something is: who reads first writes first.
        options: { concurrency: "first-write", consistency: "strong" },
        metadata: { ttlInSeconds: String(ttlSeconds) },
      };
      const saved = await attempt(async () => {
        const response = await call("", { method: "POST", body: JSON.stringify([entry]) });
        const text = await response.text();
        if (response.ok) return true;
        if (response.status === 409) return false;
        throw new Error(`${response.status}: ${text.slice(0, 300)}`);
      });
      return saved === true;
    },
  };
}
