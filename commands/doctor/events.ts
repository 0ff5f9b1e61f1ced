import type { DeadLetter } from "#commands/events/dead-letters.ts";
import { broken, type Finding, warning } from "./finding.ts";
import { sumOf } from "./prometheus.ts";

/** So many records may wait for one consumer of one topic; the alert says the same. */
const mostLag = 1_000;

/** What is known of a lag, by Kafka itself or by its exporter. */
export type KnownLag = { readonly app: string; readonly topic: string; readonly lag: number };

/** Consumers that are behind, with the remedy. `stack` is the option for `npm run events`, or "". */
export function findingsOfLag(lags: readonly KnownLag[], stack: string): Finding[] {
  const sums = new Map<string, number>();
  for (const { app, topic, lag } of lags) {
    sums.set(`${app} ${topic}`, (sums.get(`${app} ${topic}`) ?? 0) + lag);
  }
  return [...sums]
    .filter(([, lag]) => lag > mostLag)
    .map(([subscription, lag]) => {
      const [app, topic] = subscription.split(" ");
      return broken(
        `Consumer ${app}`,
        `${lag} events of ${topic} wait for it`,
        "see that it and its sidecar run and what its log says it waits for; which partitions: " +
          `npm run events -- lag${stack}`,
      );
    });
}

const oldOutboxSeconds = 30;

/** What a service says of the events that it has not handed on yet. */
export type Outbox = {
  readonly app: string;
  readonly depth: number;
  /** Of the oldest one. */
  readonly ageSeconds: number;
};

/** Read from the metrics of one replica, in Prometheus' text form. */
export const outboxIn = (app: string, metrics: string): Outbox => ({
  app,
  depth: sumOf(metrics, "outbox_depth"),
  ageSeconds: sumOf(metrics, "outbox_oldest_age_seconds"),
});

/** Services whose events wait too long to be handed on. */
export const findingsOfOutboxes = (outboxes: readonly Outbox[]): Finding[] =>
  outboxes
    .filter(({ ageSeconds }) => ageSeconds > oldOutboxSeconds)
    .map(({ app, depth, ageSeconds }) =>
      broken(
        `Service ${app}`,
        `its oldest event waits for ${Math.round(ageSeconds)} s in the outbox (${depth} wait)`,
        "its sidecar or Kafka does not take events: see the sidecar's log and the brokers",
      ),
    );

/** Dead letters that wait for a decision, with the remedy and the last error of each consumer. */
export function findingsOfLetters(letters: readonly DeadLetter[], stack: string): Finding[] {
  const byTopic = Map.groupBy(letters, ({ deadLetterTopic }) => deadLetterTopic);
  return [...byTopic.values()].flatMap((found) => {
    const last = found.at(-1);
    if (!last) return [];
    const { consumer, topic, error } = last;
    return [
      warning(
        `Consumer ${consumer}`,
        `${found.length} dead letters of ${topic}; the last one: ${error}`,
        deadLetterRemedy(consumer, topic, stack),
      ),
    ];
  });
}

/** What to do about the dead letters of a subscription. */
const deadLetterRemedy = (consumer: string, topic: string, stack: string): string =>
  `see them: npm run events -- dlq list --app ${consumer} --topic ${topic}${stack}; mend the ` +
  "cause, then: npm run events -- dlq redrive --all (or discard) with the same options";
