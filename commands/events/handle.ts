import { type Admin, Producer } from "@platformatic/kafka";
import { handledHeaders, operatorHeaders } from "#apps/contracts/operator.ts";
import { type DeadLetter, type DeadLetterPlace, openLetters } from "./dead-letters.ts";
import {
  clientOptions,
  ends,
  type KafkaAccess,
  offsetsAt,
  readAll,
  untilSettled,
} from "./kafka.ts";

/** What becomes of a dead letter. */
export type Verdict = "redriven" | "discarded";

/** Of the letters asked for: those done now, and those that were not there (any more). */
export type Handled = { readonly done: string[]; readonly missing: string[] };

const inOneTransaction = 100;
// The client would say that it is producer 0, and be told that this one is fenced off.
const newProducer = { producerId: -1n, producerEpoch: -1 };

/**
 * Redrives or discards dead letters of one topic, all that wait or those with these ids.
 *
 * Redriving puts the event, byte for byte, onto its own topic and partition again, with a header
 * that names its consumer: every other one passes it over. That it was done is a record behind the
 * letter. Both are one Kafka transaction: killed in between there are neither, and the next run
 * redrives; a letter that was dealt with is not found again. Two operators at once: the transaction
 * of the first is fenced off by the start of the second, which then reads what is open.
 *
 * A sidecar reads uncommitted records too, so a consumer may see an event whose transaction then
 * fails, and see it again: the event's id is the same, and its effect is there once.
 * The event comes later than what followed it; consumers go by version (see EffectKind).
 */
export async function handleLetters(
  access: KafkaAccess,
  admin: Admin,
  place: DeadLetterPlace,
  verdict: Verdict,
  ids: readonly string[] | "all",
): Promise<Handled> {
  const producer = new Producer({
    ...clientOptions(access),
    idempotent: true,
    transactionalId: `todo-evolution-${place.name}`,
  });
  const done: string[] = [];
  try {
    for (;;) {
      // Begins with the right to be the only one; what is open is read after that.
      const transaction = await producer.beginTransaction(newProducer);
      try {
        const open = openLetters(place, await readAll(access, admin, place.name));
        const undone = open.filter(({ id }) => done.includes(id)).map(({ id }) => id);
        if (undone.length > 0) throw new Error(`Kafka did not keep what was written: ${undone}`);
        const wanted = open
          .filter(({ id }) => ids === "all" || ids.includes(id))
          .slice(0, inOneTransaction);
        if (wanted.length === 0) {
          await transaction.cancel();
          const missing = ids === "all" ? [] : ids.filter((id) => !done.includes(id));
          await forgetHandled(access, admin, place);
          return { done, missing };
        }
        const messages = wanted.flatMap((letter) => recordsFor(letter, verdict));
        await transaction.send({ messages });
        await transaction.commit();
        await untilSettled(admin, place.name);
        done.push(...wanted.map(({ id }) => id));
      } catch (error) {
        await transaction.abort().catch(() => {});
        throw error;
      }
    }
  } finally {
    await producer.close(true);
  }
}

/** What is written for a letter: the event to its consumer, and that the letter is dealt with. */
export function recordsFor(letter: DeadLetter, verdict: Verdict, now = new Date()) {
  const partition = Number(letter.position?.split("/")[0] ?? Number.NaN);
  const event = {
    topic: letter.topic,
    value: letter.value,
    ...(letter.key && { key: letter.key }),
    ...(Number.isInteger(partition) && { partition }),
    headers: headersOf({ [operatorHeaders.consumer]: letter.consumer }),
  };
  const mark = {
    topic: letter.deadLetterTopic,
    partition: letter.partition,
    value: Buffer.alloc(0),
    headers: headersOf({
      [handledHeaders.handled]: verdict,
      [handledHeaders.letter]: String(letter.offset),
      [handledHeaders.at]: now.toISOString(),
    }),
  };
  return verdict === "redriven" ? [event, mark] : [mark];
}

/**
 * Deletes what is dealt with at the head of each partition, so that what a dead-letter topic holds
 * is what waits: alerts go by that. Behind a letter that still waits everything stays.
 */
async function forgetHandled(
  access: KafkaAccess,
  admin: Admin,
  place: DeadLetterPlace,
): Promise<void> {
  const end = await offsetsAt(admin, place.name, ends.latest);
  const open = openLetters(place, await readAll(access, admin, place.name));
  const partitions = end
    .map((last, partition) => {
      const first = open.find((letter) => letter.partition === partition)?.offset;
      return { partition, offset: first ?? last };
    })
    .filter(({ offset }) => offset > 0n);
  if (partitions.length === 0) return;
  await admin.deleteRecords({ topics: [{ name: place.name, partitions }] });
}

const headersOf = (named: Readonly<Record<string, string>>): Map<Buffer, Buffer> =>
  new Map(Object.entries(named).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]));
