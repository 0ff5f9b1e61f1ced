import { describe, expect, test } from "vitest";
import { nextTrace, parseTraceparent, traceparentOf } from "./trace.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("a traceparent", () => {
  test("is read and written as it came", () => {
    const text = `00-${traceId}-${spanId}-01`;
    const trace = parseTraceparent(text);
    expect(trace).toEqual({ traceId, spanId, sampled: true });
    expect(trace && traceparentOf(trace)).toBe(text);
    expect(parseTraceparent(`00-${traceId}-${spanId}-00`)?.sampled).toBe(false);
  });

  test.each([
    ["absent", undefined],
    ["empty", ""],
    ["of another version", `01-${traceId}-${spanId}-01`],
    ["of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["with a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["in capitals", `00-${traceId.toUpperCase()}-${spanId}-01`],
  ])("that is %s is none", (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

describe("the next span", () => {
  test("stays in the trace of its parent, whose decision stands", () => {
    const parent = { traceId, spanId, sampled: false };
    const next = nextTrace(parent, 1);
    expect(next).toMatchObject({ traceId, sampled: false });
    expect(next.spanId).not.toBe(spanId);
    expect(nextTrace({ ...parent, sampled: true }, 0).sampled).toBe(true);
  });

  test("begins a trace without a parent, with ids that are not given twice", () => {
    const traces = Array.from({ length: 5_000 }, () => nextTrace(undefined, 1));
    expect(new Set(traces.map((trace) => trace.traceId)).size).toBe(traces.length);
    expect(new Set(traces.map((trace) => trace.spanId)).size).toBe(traces.length);
    for (const trace of traces) expect(parseTraceparent(traceparentOf(trace))).toEqual(trace);
  });

  test.each([
    [0, 0, 0],
    [1, 10_000, 10_000],
    [0.1, 800, 1_200],
  ])("of a share of %d is kept as often", (share, least, most) => {
    const traces = Array.from({ length: 10_000 }, () => nextTrace(undefined, share));
    const kept = traces.filter((trace) => trace.sampled).length;
    expect(kept).toBeGreaterThanOrEqual(least);
    expect(kept).toBeLessThanOrEqual(most);
  });
});
