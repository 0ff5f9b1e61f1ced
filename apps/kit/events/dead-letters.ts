import type { DeadLetterTopic } from "#apps/contracts/topics.ts";

/** An event that its consumer gave up on: the bytes as they came, and why. */
export type DeadLetter = {
  readonly topic: DeadLetterTopic;
  readonly bytes: Uint8Array;
  /** Key of the original record; absent when it had none. */
  readonly key?: string | undefined;
  /** Where the record is in its topic: `<partition>/<offset>`. */
  readonly position?: string | undefined;
  readonly error: string;
  readonly consumer: string;
  readonly attempts: number;
  readonly failedAt: Date;
};

/** Publishes a dead letter; rejects when the broker or the sidecar is away. */
export type SendDeadLetter = (letter: DeadLetter) => Promise<void>;

const longestErrorLength = 500;

/** The record headers of a dead letter: what an operator sees before opening it. */
export const deadLetterHeaders = (letter: DeadLetter): Record<string, string> => ({
  error: letter.error.replace(/\s+/g, " ").slice(0, longestErrorLength),
  consumer: letter.consumer,
  attempts: String(letter.attempts),
  failedAt: letter.failedAt.toISOString(),
  ...(letter.position && { position: letter.position }),
});
