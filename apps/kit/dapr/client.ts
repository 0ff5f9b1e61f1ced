import type { DaprClient } from "@dapr/dapr";
import { dapr } from "#apps/contracts/dapr.ts";
import type { AppId, ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { SendDeadLetter } from "#apps/kit/events/dead-letters.ts";
import { deadLetterHeaders } from "#apps/kit/events/dead-letters.ts";
import type { PublishBulk } from "#apps/kit/events/relay.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import type { Tracer } from "#apps/kit/tracing/tracer.ts";
import { within } from "#apps/kit/within.ts";
import { createInvoke, type Invoke } from "./invoke.ts";
import { createBulkPublisher } from "./publish-bulk.ts";
import { sidecarUrlOf } from "./sidecar-fetch.ts";

export type Sidecar<S extends ServiceContract> = Invoke<S> & {
  readonly publishBulk: PublishBulk;
  readonly sendDeadLetter: SendDeadLetter;
};

const callTimeoutMs = 10_000;

// What fails is told to the caller, who logs it once and in our form.
const ignore = () => {};
const silent = { error: ignore, warn: ignore, info: ignore, verbose: ignore, debug: ignore };

/** The service's side of its sidecar. Connects at the first call, never when it is made. */
export function createSidecar<S extends ServiceContract>(
  appId: AppId,
  env: CommonEnv,
  tracer?: Tracer,
): Sidecar<S> {
  let client: Promise<DaprClient> | undefined;
  const connected = (): Promise<DaprClient> => {
    client ??= connect(env);
    return client;
  };

  return {
    ...createInvoke<S>(env),

    publishBulk: createBulkPublisher({
      sidecarUrl: sidecarUrlOf(env),
      apiToken: env.DAPR_API_TOKEN,
      source: appId,
      timeoutMs: callTimeoutMs,
      tracer,
    }),

    sendDeadLetter: async (letter) => {
      const metadata = {
        // A dead letter is the bytes that came, which the sidecar must not wrap.
        rawPayload: "true",
        ...deadLetterHeaders(letter),
        ...(letter.key && { partitionKey: letter.key }),
      };
      // Buffers are sent as they are; the record may be anything, that is why it is dead.
      const body = Buffer.from(letter.bytes) as unknown as object;
      const options = { metadata, contentType: "application/octet-stream" };
      const { error } = await bounded(
        connected().then(({ pubsub }) => pubsub.publish(dapr.pubsub, letter.topic, body, options)),
      );
      if (error) throw new AwayError(`dead letter not published: ${error.message}`);
    },
  };
}

/** Loaded here, as it takes half of a start and of the memory, and many a service never calls. */
async function connect(env: CommonEnv): Promise<DaprClient> {
  const { DaprClient } = await import("@dapr/dapr");
  return new DaprClient({
    daprHost: env.DAPR_HOST,
    daprPort: String(env.DAPR_HTTP_PORT),
    daprApiToken: env.DAPR_API_TOKEN,
    isKeepAlive: true,
    logger: { service: silent },
  });
}

/** Bounds a call: the client has no deadline of its own. */
const bounded = <T>(call: Promise<T>): Promise<T> =>
  within(
    call,
    callTimeoutMs,
    () => new AwayError(`the sidecar did not answer within ${callTimeoutMs} ms`),
  );
