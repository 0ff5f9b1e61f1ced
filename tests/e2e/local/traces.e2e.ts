import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import { newUser } from "../client.ts";
import { connect } from "../socket.ts";
import { requireStack } from "../stack.ts";

type Span = ZipkinSpan & { readonly localEndpoint: { readonly serviceName: string } };

// Sidecars send what they have every five seconds.
const withinMs = 15_000;
/** A bulk call is told of in the trace of its first change: one beside others may not have it. */
const tries = 3;
const zipkin = requireStack().zipkin;

/** Whether a span is the sidecar's of a service, not the service's own: both have its name. */
const isSidecars = ({ tags }: Span): boolean => tags?.["otel.scope.name"] === "dapr-diagnostics";

describe.skipIf(zipkin === undefined)("a trace", () => {
  test("holds a change from its request over the sidecar and Kafka to all who are subscribed", async () => {
    const user = await newUser();
    const change = () => user.create({ title: "Traced" });
    const subscribed = appIds.filter((appId) => "task-events" in contractOf(appId).subscribes);
    const effects = (all: readonly Span[]) => all.filter(named("consume task-events"));
    const took = (all: readonly Span[]) =>
      effects(all).length >= subscribed.length && all.some(isInsertOf("audit"));
    const spans = await traceOfOne(change, took, ["backend"]);

    const request = one(spans, "backend", "post /api/tasks");
    expect(request.parentId).toBeUndefined();
    const publish = one(spans, "backend", "publish task-events");
    expect(ancestors(spans, one(spans, "backend", "insert"))).toEqual([request.id]);
    expect(ancestors(spans, publish)).toEqual([request.id]);
    const bulk = spans.filter((span) => isSidecars(span) && span.parentId === publish.id);
    expect(bulk.map(({ localEndpoint }) => localEndpoint.serviceName)).toEqual(["backend"]);
    // A batch is of no trace, so the effect of an event is below what the event says caused it.
    for (const appId of subscribed) {
      const effect = one(spans, appId, "consume task-events");
      expect(ancestors(spans, effect)).toEqual([request.id]);
    }
    const consume = one(spans, "audit", "consume task-events");
    expect(ancestors(spans, one(spans, "audit", "insert"))).toEqual([consume.id, request.id]);
  });

  test("holds a change from its request to the push to the clients of its user", async () => {
    const user = await newUser();
    const client = await connect(user);
    const change = () => user.create({ title: "Traced" });
    const spans = await traceOfOne(change, some("push change"), ["backend"]);

    const request = one(spans, "backend", "post /api/tasks");
    const push = one(spans, "sync", "push change");
    expect(push.tags).toMatchObject({ clients: "1", messages: "1" });
    const consume = one(spans, "sync", "consume task-updates");
    expect(ancestors(spans, push)).toEqual([consume.id, request.id]);
    const publish = one(spans, "backend", "publish task-updates");
    expect(ancestors(spans, publish)).toEqual([request.id]);
    await client.close();
  });

  test("holds a call between services with both sidecars", async () => {
    const user = await newUser();
    const { headers } = await user.activity();
    const spans = await traceOf(headers, some("select"), ["audit", "backend"]);
    const answered = one(spans, "audit", "get /activity");
    const path = ancestors(spans, answered).map((id) => spans.find((span) => span.id === id));
    expect(path.map((span) => [span?.localEndpoint.serviceName, span && isSidecars(span)])).toEqual(
      [
        ["audit", true],
        ["backend", true],
        ["backend", false],
        ["backend", false],
      ],
    );
  });

  test("that its caller does not want is not kept", async () => {
    const user = await newUser();
    const traceId = "0af7651916cd43dd8448eb211c80319d";
    const traceparent = `00-${traceId}-b7ad6b7169203331-00`;
    const answer = await user.create({ title: "Untraced" }, { traceparent });
    expect(answer.headers.get("traceparent")).toMatch(new RegExp(`^00-${traceId}-.*-00$`));
    // By then a trace that was wanted is there whole.
    const wanted = () => user.create({ title: "Traced" });
    await traceOfOne(wanted, some("consume task-events"), ["backend"]);
    expect(await read(traceId)).toEqual([]);
  });
});

/** Whether the last that a test waits for is among the spans of a trace. */
type IsThere = (spans: readonly Span[]) => boolean;

const named =
  (name: string) =>
  (span: Span): boolean =>
    span.name === name;
const isInsertOf =
  (service: string) =>
  ({ name, localEndpoint }: Span): boolean =>
    name === "insert" && localEndpoint.serviceName === service;
const some =
  (name: string): IsThere =>
  (spans) =>
    spans.some(named(name));

/** The spans of a change that has a bulk call for itself, or is the first of one. */
async function traceOfOne(
  change: () => Promise<{ readonly headers: Headers }>,
  ...wanted: [isThere: IsThere, sidecars: readonly string[]]
): Promise<Span[]> {
  for (let tried = 1; ; tried += 1) {
    const { headers } = await change();
    try {
      return await traceOf(headers, ...wanted);
    } catch (error) {
      if (tried === tries) throw error;
    }
  }
}

/** The spans of the answer's trace, once sidecars and services have told of it. */
async function traceOf(
  headers: Headers,
  isThere: IsThere,
  sidecars: readonly string[],
): Promise<Span[]> {
  const traceId = headers.get("traceparent")?.split("-")[1] ?? "";
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const spans = await read(traceId);
    const senders = new Set(
      spans.map((span) => `${span.localEndpoint.serviceName} ${isSidecars(span)}`),
    );
    const isWhole = sidecars.every((appId) => senders.has(`${appId} true`));
    if (isThere(spans) && isWhole) {
      expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
      return spans;
    }
    const found = `${spans.length} spans of ${[...senders].join(", ")}`;
    expect(performance.now(), `after ${withinMs} ms: ${found}`).toBeLessThan(endsAt);
    await sleep(200);
  }
}

async function read(traceId: string): Promise<Span[]> {
  const response = await fetch(new URL(`/api/v2/trace/${traceId}`, zipkin));
  if (response.status === 404) return [];
  expect(response.status).toBe(200);
  return (await response.json()) as Span[];
}

function one(spans: readonly Span[], service: string, name: string): Span {
  const found = spans.filter(
    (span) => span.name === name && span.localEndpoint.serviceName === service,
  );
  const names = spans.map((span) => `${span.localEndpoint.serviceName}: ${span.name}`);
  expect(found, `${service}: ${name} once among ${names.join(", ")}`).toHaveLength(1);
  return found[0] as Span;
}

/** Ids of the spans above one, nearest first, up to the root; fails where one of them is missing. */
function ancestors(spans: readonly Span[], span: Span): string[] {
  if (span.parentId === undefined) return [];
  const parent = spans.find(({ id }) => id === span.parentId);
  expect(parent, `the parent of ${span.name} is in the trace`).toBeDefined();
  return [span.parentId, ...ancestors(spans, parent as Span)];
}
