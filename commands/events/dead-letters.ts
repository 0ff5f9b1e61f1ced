import type { Admin } from "@platformatic/kafka";
import { handledHeaders } from "#apps/contracts/operator.ts";
import type { AppId } from "#apps/contracts/services.ts";
import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import type { DeadLetterTopic } from "#apps/contracts/topics.ts";
import { type KafkaAccess, type KafkaRecord, readAll } from "./kafka.ts";

/** An event that its consumer gave up on and that nobody has dealt with yet. */
export type DeadLetter = {
  /** `<topic>/<partition>/<offset>` of the dead letter itself. */
  readonly id: string;
  readonly deadLetterTopic: DeadLetterTopic;
  readonly partition: number;
  readonly offset: bigint;
  /** The topic and the place in it that the event came from; the place by newer consumers only. */
  readonly topic: string;
  readonly position: string | undefined;
  readonly consumer: AppId;
  readonly error: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly key: Buffer | undefined;
  readonly value: Buffer;
};

/** Where dead letters are looked for; everywhere without both. */
export type Choice = { readonly app?: string | undefined; readonly topic?: string | undefined };

/** A topic of dead letters with its consumer and the topic that they came from. */
export type DeadLetterPlace = {
  readonly consumer: AppId;
  readonly topic: string;
  readonly name: DeadLetterTopic;
};

/** The topics of dead letters that the contracts know, as chosen. */
export const placesOf = ({ app, topic }: Choice = {}): DeadLetterPlace[] =>
  appIds
    .flatMap((consumer) =>
      deadLettersOf(consumer).map((name) => ({
        ...{ consumer, name },
        topic: name.slice(0, -`.${consumer}.dlq`.length),
      })),
    )
    .filter((place) => app === undefined || place.consumer === app)
    .filter((place) => topic === undefined || place.topic === topic || place.name === topic);

/** The dead letters that wait for somebody to decide, oldest first in each partition. */
export async function listDeadLetters(
  access: KafkaAccess,
  admin: Admin,
  places: readonly DeadLetterPlace[],
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const place of places) {
    letters.push(...openLetters(place, await readAll(access, admin, place.name)));
  }
  return letters;
}

/** Of all records of a topic of dead letters, the letters of which no later one says the end. */
export function openLetters(
  { consumer, topic, name }: DeadLetterPlace,
  records: readonly KafkaRecord[],
): DeadLetter[] {
  const handled = new Set(
    records
      .filter(({ headers }) => handledHeaders.handled in headers)
      .map(({ partition, headers }) => `${partition}/${headers[handledHeaders.letter]}`),
  );
  return records
    .filter(({ headers }) => !(handledHeaders.handled in headers))
    .filter(({ partition, offset }) => !handled.has(`${partition}/${offset}`))
    .map(({ partition, offset, headers, key, value, time }) => ({
      id: `${name}/${partition}/${offset}`,
      ...{ deadLetterTopic: name, partition, offset, topic, consumer, key, value },
      position: headers.position,
      error: headers.error ?? "(the record has no error header)",
      attempts: Number(headers.attempts ?? 0),
      failedAt: headers.failedAt ?? time.toISOString(),
    }));
}

/** Where the dead letter with this id is; undefined for what is no such id. */
export const placeOf = (id: string): DeadLetterPlace | undefined =>
  placesOf().find(({ name }) => name === parseId(id)?.topic);

/** The parts of `<topic>/<partition>/<offset>`; undefined for what is no such id. */
export function parseId(
  id: string,
): { topic: string; partition: number; offset: bigint } | undefined {
  const match = /^([a-z0-9.-]+)\/(\d{1,6})\/(\d{1,18})$/.exec(id);
  return match?.[1] && match[2] && match[3]
    ? { topic: match[1], partition: Number(match[2]), offset: BigInt(match[3]) }
    : undefined;
}
