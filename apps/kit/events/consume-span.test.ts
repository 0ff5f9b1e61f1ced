import { expect, test } from "vitest";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { parseTraceparent } from "#apps/kit/http/trace.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { sampleBytes, silentLog, traceparent } from "#apps/kit/testing/samples.ts";
import { inSpan, traced } from "#apps/kit/tracing/scope.ts";
import { createTracer, type ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import { createReceiver } from "./subscriptions.ts";

const contract = {
  ...idle,
  subscribes: { "user-events": "idempotent-call" },
} as const satisfies ServiceContract;

const cause = parseTraceparent(traceparent);

function setUp(work: () => Promise<void>) {
  const spans: ZipkinSpan[] = [];
  const tracer = createTracer({ share: 1, exportSpan: (span) => spans.push(span) });
  const receive = createReceiver(
    contract,
    { "user-events": () => traced("effect", "CLIENT", work) },
    {
      appId: "keeper",
      database: undefined,
      sendDeadLetter: async () => {},
      ping: async () => {},
      log: silentLog,
      tracer,
    },
  );
  return {
    spans,
    tracer,
    receive: async () => (await receive("user-events", [{ bytes: sampleBytes("user-events") }]))[0],
  };
}

test("the effect of an event is a span in the trace of the request that caused it", async () => {
  const { spans, receive } = setUp(async () => {});
  expect(await receive()).toBe("SUCCESS");
  const [effect, consume] = spans;
  expect(consume).toMatchObject({
    traceId: cause?.traceId,
    parentId: cause?.spanId,
    name: "consume user-events",
    kind: "CONSUMER",
    tags: { verdict: "SUCCESS" },
  });
  expect(effect).toMatchObject({ name: "effect", parentId: consume?.id });
});

test("where the delivery is in that trace already, it is below the delivery", async () => {
  const { spans, tracer, receive } = setUp(async () => {});
  const delivery = tracer.start("POST", "SERVER", traceparent);
  await inSpan(tracer, delivery, receive);
  expect(spans.at(-1)?.parentId).toBe(delivery.trace.spanId);
});

test("a delivery in a trace of its own does not draw the event into it", async () => {
  const { spans, tracer, receive } = setUp(async () => {});
  await inSpan(tracer, tracer.start("POST", "SERVER"), receive);
  expect(spans.at(-1)).toMatchObject({ traceId: cause?.traceId, parentId: cause?.spanId });
});

test("an event that waits says so", async () => {
  const { spans, receive } = setUp(async () => {
    throw new AwayError("the database is away");
  });
  expect(await receive()).toBe("RETRY");
  expect(spans.at(-1)?.tags).toMatchObject({ verdict: "RETRY", error: "waits" });
});
