import { describe, expect, expectTypeOf, test } from "vitest";
import type { EventOf } from "#apps/contracts/events.ts";
import { type Topic, topics } from "#apps/contracts/topics.ts";
import {
  bytesOf,
  sampleBytes,
  sampleRow,
  samples,
  traceparent,
} from "#apps/kit/testing/samples.ts";
import { type Envelope, envelopeOf, InvalidEventError, parseEnvelope } from "./envelope.ts";

const valid = envelopeOf(sampleRow(), "backend");

describe("envelopeOf", () => {
  test("makes a CloudEvent whose data repeats its id and time", () => {
    const row = sampleRow({ sequence: 7 });
    expect(envelopeOf(row, "backend")).toEqual({
      specversion: "1.0",
      id: row.eventId,
      source: "backend",
      type: "com.todo.task.created",
      subject: row.subject,
      time: "2026-01-30T12:00:00.123Z",
      datacontenttype: "application/json",
      dataschema: "urn:todo-evolution:schema:task-events:1",
      sequence: 7,
      traceid: traceparent.split("-")[1],
      traceparent,
      data: {
        ...samples["task-events"],
        event_id: row.eventId,
        timestamp: "2026-01-30T12:00:00.123Z",
      },
    });
  });

  test("makes the same bytes of the same row every time", () => {
    expect(sampleBytes("task-events")).toEqual(sampleBytes("task-events"));
  });
});

describe("parseEnvelope", () => {
  test.each(Object.keys(topics) as Topic[])("reads back what was written to %s", (topic) => {
    const row = sampleRow({ topic, data: samples[topic] });
    expect(parseEnvelope(topic, bytesOf(envelopeOf(row, "backend")))).toEqual(
      envelopeOf(row, "backend"),
    );
  });

  test("reads an event that a newer producer gave further properties", () => {
    const newer = { ...valid, extension: 1, data: { ...valid.data, colour: "green" } };
    expect(parseEnvelope("task-events", bytesOf(newer))).toEqual(valid);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["no bytes", new Uint8Array(), /^not JSON/],
    ["half of the JSON", bytesOf(valid).slice(0, 50), /^not JSON/],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), /^not JSON/],
    ["JSON that is no object", bytesOf(null), /^event: /],
    ["another version of CloudEvents", bytesOf({ ...valid, specversion: "0.3" }), /^specversion: /],
    ["no sequence", bytesOf({ ...valid, sequence: undefined }), /^sequence: /],
    ["a sequence below 1", bytesOf({ ...valid, sequence: 0 }), /^sequence: /],
    ["a time with an offset", bytesOf({ ...valid, time: "2026-01-30T12:00:00+01:00" }), /^time: /],
    ["no data", bytesOf({ ...valid, data: undefined }), /^data: /],
    [
      "a value that its enum does not have",
      bytesOf({ ...valid, data: { ...valid.data, event_type: "renamed" } }),
      /^data\.event_type: /,
    ],
    ["the data of another topic", sampleBytes("user-events"), /data\.task_id: /],
  ])("refuses %s and names the fault", (_case, bytes, fault) => {
    const parse = () => parseEnvelope("task-events", bytes);
    expect(parse).toThrow(InvalidEventError);
    expect(parse).toThrow(fault);
  });

  test("names every fault in one line", () => {
    const parse = () => parseEnvelope("task-events", bytesOf({ ...valid, id: "x", source: "" }));
    expect(parse).toThrow(/^id: [^;\n]+; source: [^;\n]+$/);
  });

  test("types the data by the topic", () => {
    expectTypeOf(parseEnvelope<"reminders">).returns.toEqualTypeOf<Envelope<"reminders">>();
    expectTypeOf<Envelope<"reminders">["data"]>().toEqualTypeOf<EventOf<"reminders">>();
    // @ts-expect-error: not a topic
    expect(() => parseEnvelope("tasks", bytesOf(valid))).toThrow();
  });
});
