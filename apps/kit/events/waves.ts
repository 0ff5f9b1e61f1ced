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
  const byTopic = new Map<string, OpenCall[]>();
  for (const row of rows) {
    const calls = byTopic.get(row.topic) ?? [];
    byTopic.set(row.topic, calls);
    place(calls, row, limits);
  }
  const waves: Call[][] = [];
  for (const [topic, calls] of byTopic) {
    calls.forEach((call, index) => {
      const wave = waves[index] ?? [];
      waves[index] = wave;
      wave.push({ topic, rows: call.rows });
    });
  }
  return waves;
}

/** A call that is being filled, with its users and its size in bytes so far. */
type OpenCall = { readonly rows: OutboxRow[]; readonly users: Set<string>; bytes: number };

/** Puts a row into the first call after the last one that holds its user and that has room. */
function place(calls: OpenCall[], row: OutboxRow, limits: WaveLimits): void {
  const bytes = bytesOf(row);
  const last = calls.findLastIndex((call) => call.users.has(row.userId));
  const hasRoom = (call: OpenCall, index: number): boolean =>
    index > last && call.rows.length < limits.rows && call.bytes + bytes <= limits.bytes;
  const call = calls.find(hasRoom) ?? { rows: [], users: new Set(), bytes: 0 };
  if (call.rows.length === 0) calls.push(call);
  call.rows.push(row);
  call.users.add(row.userId);
  call.bytes += bytes;
}

// Near enough for a bound: the envelope adds about 600 bytes around the data.
const bytesOf = (row: OutboxRow): number => Buffer.byteLength(JSON.stringify(row.data)) + 600;
