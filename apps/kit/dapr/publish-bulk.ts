import { z } from "zod";
import { dapr } from "#apps/contracts/dapr.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { envelopeOf } from "#apps/kit/events/envelope.ts";
import type { PublishBulk } from "#apps/kit/events/relay.ts";
import type { OutboxRow } from "#apps/kit/events/tables.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { Span, Tracer } from "#apps/kit/tracing/tracer.ts";

export type BulkPublisherOptions = {
  /** The sidecar's address, as `http://127.0.0.1:3500`. */
  readonly sidecarUrl: string;
  readonly apiToken: string;
  /** The service that the events come from. */
  readonly source: string;
  readonly timeoutMs: number;
  readonly tracer?: Tracer | undefined;
};

/** The sidecar's answer when some records were refused: their entry ids, ours as text. */
const refusal = z.object({
  failedEntries: z.array(z.object({ entryId: z.string().regex(/^\d+$/) })).min(1),
});

/**
 * Publishes rows of the outbox in one call to the sidecar.
 *
 * By fetch: `@dapr/dapr` 3.18 reads `entryID` where the sidecar says `entryId`, and so takes
 * records that Kafka refused for sent.
 */
export function createBulkPublisher(options: BulkPublisherOptions): PublishBulk {
  const { sidecarUrl, apiToken, source, timeoutMs, tracer } = options;

  async function send(topic: string, rows: readonly OutboxRow[], parents: readonly string[]) {
    const entries = rows.map((row, index) => ({
      entryId: String(row.id),
      event: envelopeOf(row, source),
      contentType: "application/cloudevents+json",
      metadata: { partitionKey: row.userId, traceparent: parents[index] ?? row.traceparent },
    }));
    // rawPayload: the record is the envelope as it is, which the sidecar neither wraps nor rewrites.
    const url = `${sidecarUrl}/v1.0-alpha1/publish/bulk/${dapr.pubsub}/${topic}?metadata.rawPayload=true`;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "dapr-api-token": apiToken,
        // One call has one trace: that of the first row that is recorded, or of the first.
        traceparent: parents.find((parent) => parent.endsWith("01")) ?? parents[0] ?? "",
      },
      body: JSON.stringify(entries),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    if (response.ok) return new Set<number>();
    const refused = refusedIn(body);
    if (refused) return refused;
    // Whatever the answer says, it does not say which were sent: all are sent again.
    throw new AwayError(`bulk publish answered ${response.status}: ${body.slice(0, 300)}`);
  }

  return async (topic, rows) => {
    const spans = rows.map((row) => tracer?.start(`publish ${topic}`, "PRODUCER", row.traceparent));
    const parents = rows.map((row, index) => {
      const span = spans[index];
      return span ? traceparentOf(span.trace) : row.traceparent;
    });
    const end = (failed: (row: OutboxRow) => boolean) => {
      for (const [index, row] of rows.entries()) {
        endOf(spans[index], row, rows.length, failed(row));
      }
    };
    try {
      const refused = await send(topic, rows, parents);
      end((row) => refused.has(row.id));
      return refused;
    } catch (error) {
      end(() => true);
      throw error;
    }
  };
}

/** Says of a row how long it had waited in the outbox when its call was done, and how large that was. */
const endOf = (span: Span | undefined, row: OutboxRow, rows: number, failed: boolean): void =>
  span?.end({
    tags: {
      "event.id": row.eventId,
      "event.age_ms": String(Date.now() - row.occurredAt.getTime()),
      "call.rows": String(rows),
    },
    error: failed ? "not sent" : undefined,
  });

/** The ids that an answer says were refused; undefined when it does not say. */
function refusedIn(body: string): Set<number> | undefined {
  try {
    const { failedEntries } = refusal.parse(JSON.parse(body));
    return new Set(failedEntries.map(({ entryId }) => Number(entryId)));
  } catch {
    return undefined;
  }
}
