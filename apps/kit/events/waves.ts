import type { OutboxRow } from "./tables.ts";

/** What one bulk call carries: rows of one topic, at most one of each user. */
export type Call = { readonly topic: string; readonly rows: OutboxRow[] };

export type WaveLimits = { readonly rows: number; readonly bytes: number };

const defaultLimits: WaveLimits = { rows: 200, bytes: 512 * 1024 };

/**
 * Splits rows, in the order they were written, into waves to be sent one after the other.
 *
 * The sidecar's producer is not idempotent and keeps several requests in flight, so it may swap
 * two records of one call when it retries. A call therefore never has two rows of one user; the
 * calls of a wave are of different topics and may run side by side. Bounded by count and bytes.
 */
export function wavesOf(rows: readonly OutboxRow[], limits = defaultLimits): Call[][] {
  const byTopic = new Map<string, OutboxRow[][]>();
  for (const row of rows) {
    const calls = byTopic.get(row.topic) ?? [];
    byTopic.set(row.topic, calls);
    place(calls, row, limits);
  }
  const waves: Call[][] = [];
  for (const [topic, calls] of byTopic) {
    calls.forEach((rowsOfCall, index) => {
      const wave = waves[index] ?? [];
      waves[index] = wave;
      wave.push({ topic, rows: rowsOfCall });
    });
  }
  return waves;
}

/** Puts a row into the first call after the last one that holds its user and that has room. */
function place(calls: OutboxRow[][], row: OutboxRow, limits: WaveLimits): void {
  const last = calls.findLastIndex((call) => call.some((other) => other.userId === row.userId));
  for (let index = last + 1; ; index++) {
    const call = calls[index];
    if (!call) {
      calls[index] = [row];
      return;
    }
    const bytes = call.reduce((sum, other) => sum + sizeOf(other), 0);
    if (call.length < limits.rows && bytes + sizeOf(row) <= limits.bytes) {
      call.push(row);
      return;
    }
  }
}

// Near enough for a bound: the envelope adds about 600 bytes around the data.
const sizeOf = (row: OutboxRow): number => JSON.stringify(row.data).length + 600;
