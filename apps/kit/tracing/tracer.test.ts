import { expect, test } from "vitest";
import { parseTraceparent } from "#apps/kit/http/trace.ts";
import { traceparent } from "#apps/kit/testing/samples.ts";
import { currentTrace, inSpan, traced } from "./scope.ts";
import { createTracer, type ZipkinSpan } from "./tracer.ts";

function recorded(share = 1) {
  const spans: ZipkinSpan[] = [];
  return { spans, tracer: createTracer({ share, exportSpan: (span) => spans.push(span) }) };
}

test("a span ends once, with its parent, its name of the end and its duration", () => {
  const { spans, tracer } = recorded();
  const span = tracer.start("GET", "SERVER", traceparent);
  span.end({ name: "GET /api/tasks", tags: { route: "/api/tasks" } });
  const parent = parseTraceparent(traceparent);
  expect(spans).toEqual([
    {
      traceId: parent?.traceId,
      parentId: parent?.spanId,
      id: span.trace.spanId,
      kind: "SERVER",
      name: "GET /api/tasks",
      timestamp: expect.any(Number),
      duration: expect.any(Number),
      tags: { route: "/api/tasks" },
    },
  ]);
  expect(Math.abs((spans[0]?.timestamp ?? 0) / 1_000 - Date.now())).toBeLessThan(5_000);
  expect(spans[0]?.duration).toBeGreaterThan(0);
});

test("a trace that is not sampled hands its context on and records nothing", async () => {
  const { spans, tracer } = recorded(0);
  const span = tracer.start("GET", "SERVER");
  const below = await inSpan(tracer, span, () => traced("query", "CLIENT", async (trace) => trace));
  span.end();
  expect(below?.traceId).toBe(span.trace.traceId);
  expect(below?.sampled).toBe(false);
  expect(spans).toEqual([]);
});

test("work below a span is its child, also after waiting, and the span is over afterwards", async () => {
  const { spans, tracer } = recorded();
  const span = tracer.start("GET", "SERVER");
  await inSpan(tracer, span, async () => {
    await Promise.resolve();
    await traced("transaction", "CLIENT", () => traced("insert", "CLIENT", async () => {}));
  });
  expect(currentTrace()).toBeUndefined();
  expect(spans.map(({ name }) => name)).toEqual(["insert", "transaction"]);
  expect(spans[0]?.parentId).toBe(spans[1]?.id);
  expect(spans[1]?.parentId).toBe(span.trace.spanId);
});

test("two requests at once do not meet in one trace", async () => {
  const { spans, tracer } = recorded();
  const roots = [tracer.start("one", "SERVER"), tracer.start("two", "SERVER")];
  await Promise.all(
    roots.map((root) =>
      inSpan(tracer, root, async () => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        await traced("query", "CLIENT", async () => {});
      }),
    ),
  );
  expect(spans.map(({ traceId }) => traceId).sort()).toEqual(
    roots.map(({ trace }) => trace.traceId).sort(),
  );
});

test("a failure is told by its name, as its message may hold what a user wrote", async () => {
  const { spans, tracer } = recorded();
  const work = async () => {
    throw new TypeError("canary-title is not a title");
  };
  const failing = inSpan(tracer, tracer.start("GET", "SERVER"), () =>
    traced("transaction", "CLIENT", work),
  );
  await expect(failing).rejects.toThrow("canary-title");
  expect(spans[0]?.tags).toEqual({ error: "TypeError" });
  expect(JSON.stringify(spans)).not.toContain("canary-title");
});

test("outside of any trace work just runs", async () => {
  expect(await traced("query", "CLIENT", async (trace) => trace ?? "none")).toBe("none");
});
