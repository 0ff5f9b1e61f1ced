import type { z } from "zod";
import { envelopeFields } from "#apps/contracts/envelope.ts";
import type { EventOf } from "#apps/contracts/events.ts";
import { dataSchemaOf, events } from "#apps/contracts/events.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import type { OutboxRow } from "./tables.ts";

export type Envelope<T extends Topic> = z.infer<typeof envelopeFields> & {
  readonly data: EventOf<T>;
};

/** An event's bytes that are not what the contract of their topic says. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

/** Makes the envelope of an outbox row; the same row always makes the same envelope. */
export function envelopeOf(row: OutboxRow, source: string): Envelope<Topic> {
  const topic = row.topic as Topic;
  const time = row.occurredAt.toISOString();
  return {
    specversion: "1.0",
    id: row.eventId,
    source,
    type: row.type,
    subject: row.subject,
    time,
    datacontenttype: "application/json",
    dataschema: dataSchemaOf(topic),
    sequence: row.sequence,
    traceid: row.traceparent.split("-")[1] ?? "",
    traceparent: row.traceparent,
    data: { ...row.data, event_id: row.eventId, timestamp: time } as EventOf<Topic>,
  };
}

/** Reads the bytes of a record of a topic, or throws InvalidEventError with every fault in a line. */
export function parseEnvelope<T extends Topic>(topic: T, bytes: Uint8Array): Envelope<T> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new InvalidEventError(`not JSON: ${(error as Error).message}`);
  }
  const parsed = schemaOf(topic).safeParse(json);
  if (parsed.success) return parsed.data as unknown as Envelope<T>;
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "event"}: ${issue.message}`,
  );
  throw new InvalidEventError(faults.join("; "));
}

// Made once a topic: a schema is compiled at its first use, which takes longer than a parse.
const schemas = new Map<Topic, z.ZodType>();
const schemaOf = (topic: Topic): z.ZodType => {
  const made = schemas.get(topic) ?? envelopeFields.extend({ data: events[topic].schema });
  schemas.set(topic, made);
  return made;
};
