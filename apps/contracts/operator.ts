/**
 * Headers of records that an operator writes (`npm run events`). They ride on the topics
 * themselves, as a consumer takes what comes there whatever it is doing, and nothing else has to
 * be reachable.
 */
export const operatorHeaders = {
  /** The app-id of the only consumer that the record is for; every other one passes it over. */
  consumer: "todo-consumer",
  /**
   * RFC 3339: the consumer forgets what it has recorded since then, as the topic is about to be
   * replayed to it from there. The record itself has no event.
   */
  forgetSince: "todo-forget-since",
} as const;

/** Headers of a dead letter that say what became of it: a record behind it, without a value. */
export const handledHeaders = {
  /** `redriven` or `discarded`. */
  handled: "handled",
  /** The offset of the dead letter, in the partition of the record that says it. */
  letter: "letter",
  /** RFC 3339. */
  at: "at",
} as const;
