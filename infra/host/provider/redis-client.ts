import { createClient } from "@redis/client";
import { type Patience, retryConnection } from "#apps/provision/retry.ts";

type Client = ReturnType<typeof makeClient>;

/** Opens a connection for the work; waits for the server, and throws with its address and words. */
export async function withRedis<Result>(
  url: string,
  patience: Patience,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  return retryConnection(`Redis at ${new URL(url).host}`, patience, isTransient, async () => {
    const client = makeClient(url);
    // What goes wrong is told by the calls; without a listener it would end the process.
    client.on("error", () => {});
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.destroy();
    }
  });
}

const makeClient = (url: string) =>
  createClient({ url, socket: { connectTimeout: 5_000, reconnectStrategy: false } });

const transientCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENOTFOUND"]);

const isTransient = (error: unknown): boolean =>
  transientCodes.has((error as { code?: string }).code ?? "") ||
  /Connection timeout|Socket closed|LOADING/.test(String(error));
