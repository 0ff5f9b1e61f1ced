import type { DeadLetter } from "./dead-letters.ts";

/** A dead letter as programs and people read it: the event as JSON where it is any. */
export function told(letter: DeadLetter) {
  const { id, consumer, topic, position, error, attempts, failedAt, key, value } = letter;
  const text = value.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(value);
  let event: unknown = isText ? text : `base64:${value.toString("base64")}`;
  try {
    event = JSON.parse(text);
  } catch {
    // Not JSON, that is why it is here.
  }
  return {
    ...{ id, consumer, topic, position: position ?? null, error, attempts, failedAt },
    ...{ key: key?.toString("utf8") ?? null, event },
  };
}

/** What is said of a letter that is not there. */
export const gone = (id: string): string =>
  `there is no dead letter ${id}: it was redriven or discarded before, or is older than is kept`;
