import type { Topic } from "#apps/contracts/topics.ts";
import { topics } from "#apps/contracts/topics.ts";
import type { Alert, AlertName } from "../alerts/alert.ts";
import type { Given, ScenariosOf } from "./scenario.ts";
import {
  always,
  counting,
  deadLettersOf,
  fires,
  given,
  groupOf,
  lately,
  silent,
} from "./scenario.ts";

const offset = "kafka_topic_partition_current_offset";
const oldest = "kafka_topic_partition_oldest_offset";

const lag = (alert: Alert, values: string, partition = "0"): Given =>
  given("kafka_consumergroup_lag", { ...groupOf(alert), partition }, values);
const taken = (alert: Alert, values: string): Given =>
  given("kafka_consumergroup_current_offset", { ...groupOf(alert), partition: "0" }, values);
const records = (alert: Alert, values: string, partition = "0"): Given =>
  given(offset, { topic: alert.subject.topic ?? "", partition }, values);
const letters = (alert: Alert, name: typeof offset | typeof oldest, values: string): Given =>
  given(name, { ...deadLettersOf(alert), partition: "0" }, values);
const age = ({ subject }: Alert, le: string, values: string): Given =>
  given(
    "event_age_at_effect_seconds_bucket",
    { app: subject.consumer ?? "", topic: subject.topic ?? "", le },
    values,
  );
const oldestAge = ({ subject }: Alert, seconds: number): Given =>
  given("outbox_oldest_age_seconds", { app: subject.app ?? "", pod: "a" }, always(seconds));
const relayed = ({ subject }: Alert, outcome: string, values: string): Given => {
  const labels = subject.app ? { app: subject.app } : { topic: subject.topic ?? "" };
  return given("outbox_relayed_events_total", { ...labels, outcome }, values);
};

/** The rates per second of the partitions, the first of them other than the rest. */
const partitioned = (alert: Alert, first: number, others: number): Given[] =>
  Array.from({ length: topics[alert.subject.topic as Topic].partitions.prod }, (_, partition) =>
    records(alert, counting(partition === 0 ? first : others), String(partition)),
  );

/** A rate per second for a day, and another one for the two hours after it. */
const afterADay = (perSecond: number, then: number): string =>
  `0+${perSecond * 60}x1440 ${perSecond * 86_400}+${then * 60}x130`;

/** When the alerts about events fire, and when they do not. */
export const eventScenarios = {
  ConsumerLag: (alert) => [
    fires(
      "two partitions have 1,010 together",
      lag(alert, always(505)),
      lag(alert, always(505), "1"),
    ),
    silent("1,000 wait", lag(alert, always(1_000))),
    silent("many wait, but not for long", lag(alert, "0x116 5000x13")),
    silent("a partition was never consumed", lag(alert, always(900)), lag(alert, always(-1), "1")),
  ],
  ConsumerStuck: (alert) => [
    fires("one waits and nothing is taken", lag(alert, always(1)), taken(alert, always(40))),
    silent("it is behind but works", lag(alert, always(900)), taken(alert, counting(1))),
    silent("nothing waits", lag(alert, always(0)), taken(alert, always(40))),
  ],
  EventsLate: (alert) => [
    fires(
      "a tenth takes up to 2.5 s",
      age(alert, "1", counting(9)),
      age(alert, "2.5", counting(10)),
      age(alert, "+Inf", counting(10)),
    ),
    silent(
      "a hundredth takes up to 2.5 s",
      age(alert, "0.05", counting(9.9)),
      age(alert, "1", counting(9.9)),
      age(alert, "2.5", counting(10)),
      age(alert, "+Inf", counting(10)),
    ),
  ],
  DeadLetters: (alert) => [
    fires("one is kept", letters(alert, offset, always(8)), letters(alert, oldest, always(7))),
    silent("all are gone", letters(alert, offset, always(8)), letters(alert, oldest, always(8))),
  ],
  DeadLettersGrowing: (alert) => [
    fires("one more every five minutes", letters(alert, offset, "0+0.2x130")),
    silent("one came and no other", letters(alert, offset, "4x115 5x15")),
    silent("as many as an hour ago", letters(alert, offset, always(40))),
  ],
  ConsumerAbsent: (alert) => [
    fires(
      "the group is empty",
      given("kafka_consumergroup_members", groupMembers(alert), always(0)),
    ),
    fires("the group was never seen"),
    silent("it has a member", given("kafka_consumergroup_members", groupMembers(alert), always(1))),
  ],
  EventsWaiting: (alert) => [
    fires("one in five seconds is put off", received(alert, "retry", counting(0.2))),
    silent("one a minute is put off", received(alert, "retry", counting(1 / 60))),
    silent("all are applied", received(alert, "applied", counting(50))),
  ],
  MessageRateLow: (alert) => [
    { ...fires("it had 10/s a day before", records(alert, afterADay(10, 0.5))), atMinute: 1_540 },
    fires("services send 5/s", records(alert, counting(0)), relayed(alert, "sent", counting(5))),
    { ...silent("it was quiet a day before", records(alert, afterADay(1, 0.5))), atMinute: 1_540 },
    { ...silent("it has 2/s", records(alert, afterADay(10, 2))), atMinute: 1_540 },
    silent("a first quiet day", records(alert, counting(0.1))),
  ],
  PartitionSkew: (alert) => [
    fires("one has half as much again", ...partitioned(alert, 15, 10)),
    silent("one has a tenth more", ...partitioned(alert, 11, 10)),
    silent("there are few events", ...partitioned(alert, 0.1, 0.01)),
  ],
  OutboxAge: (alert) => [fires("31 s", oldestAge(alert, 31)), silent("30 s", oldestAge(alert, 30))],
  OutboxStuck: (alert) => [
    fires("301 s", oldestAge(alert, 301)),
    silent("31 s", oldestAge(alert, 31)),
  ],
  PublishingRefused: (alert) => [
    fires("the first of all", relayed(alert, "refused", lately(3))),
    fires("some more", relayed(alert, "refused", lately(9, 6))),
    silent("some, long ago", relayed(alert, "refused", always(6))),
    silent("all are sent", relayed(alert, "sent", counting(100))),
  ],
} as const satisfies Partial<Record<AlertName, ScenariosOf>>;

function groupMembers({ subject }: Alert) {
  return { consumergroup: subject.consumer ?? "" };
}

function received({ subject }: Alert, outcome: string, values: string): Given {
  return given(
    "events_received_total",
    { app: subject.consumer ?? "", topic: "any", outcome },
    values,
  );
}
