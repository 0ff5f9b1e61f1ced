import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { deadLetterTopic, topics } from "#apps/contracts/topics.ts";
import { gained, quantile, rate, series } from "../promql.ts";
import type { Alert, AlertsArgs } from "./alert.ts";

/** Records that may wait for one consumer of one topic. */
export const mostLag = 1_000;
/** Below this rate a topic is quiet; it is no news where nothing is to be expected. */
const quietPerSecond = 1;
/** A topic that had this rate at the same hour of the day before is expected to have some now. */
const expectedPerSecond = 2;
/** How far the busiest partition may be above the mean. */
export const mostSkew = 0.2;

/** What may go wrong on the way of an event: one set of rules per subscription and per topic. */
export const eventAlerts = (args: AlertsArgs): Alert[] => [
  ...appIds.flatMap((appId) =>
    subscriptionsOf(contractOf(appId)).flatMap(([topic, effect]) => [
      ...subscriptionAlerts(topic, appId, args),
      ...(effect === "ephemeral" ? [] : deadLetterAlerts(topic, appId, args)),
    ]),
  ),
  ...appIds
    .filter((appId) => subscriptionsOf(contractOf(appId)).length > 0)
    .flatMap((appId) => consumerAlerts(appId, args)),
  ...publishedTopics().flatMap((topic) => topicAlerts(topic, args)),
  ...appIds
    .filter((appId) => contractOf(appId).publishes.length > 0)
    .flatMap((appId) => publisherAlerts(appId, args)),
];

/** Topics that some service publishes, in the order of the contracts. */
export const publishedTopics = (): Topic[] =>
  (Object.keys(topics) as Topic[]).filter((topic) =>
    appIds.some((appId) => contractOf(appId).publishes.includes(topic)),
  );

function subscriptionAlerts(topic: Topic, consumer: AppId, { namespace }: AlertsArgs): Alert[] {
  const group = { namespace, topic, consumergroup: consumer };
  // The exporter says -1 for a partition of which nothing was taken yet.
  const lag = `sum(clamp_min(${series("kafka_consumergroup_lag", group)}, 0))`;
  const subject = { topic, consumer };
  const age = { namespace, app: consumer, topic };
  return [
    {
      name: "ConsumerLag",
      subject,
      severity: "warning",
      expr: `${lag} > ${mostLag}`,
      forMinutes: 5,
      summary: `${consumer} is behind on ${topic}`,
      description: `{{ $value | humanize }} events of ${topic} wait for ${consumer}; more than ${mostLag} for 5 minutes.`,
    },
    {
      name: "ConsumerStuck",
      subject,
      severity: "critical",
      expr: `${lag} > 0 and sum(delta(${series("kafka_consumergroup_current_offset", group, "10m")})) == 0`,
      forMinutes: 5,
      summary: `${consumer} takes nothing from ${topic}`,
      description: `{{ $value | humanize }} events of ${topic} wait for ${consumer}, which has taken none for 15 minutes.`,
    },
    {
      name: "EventsLate",
      subject,
      severity: "warning",
      expr: `${quantile(0.95, "event_age_at_effect_seconds_bucket", age, "5m")} > 1`,
      forMinutes: 10,
      summary: `Effects of ${topic} in ${consumer} are late`,
      description: `One of 20 events of ${topic} has its effect in ${consumer} {{ $value | humanizeDuration }} after the change or later; 1 second is promised.`,
    },
  ];
}

function deadLetterAlerts(topic: Topic, consumer: AppId, { namespace }: AlertsArgs): Alert[] {
  const letters = { namespace, topic: deadLetterTopic(topic, consumer) };
  const kept = (name: Parameters<typeof series>[0]) => `sum(${series(name, letters)})`;
  const subject = { topic, consumer };
  return [
    {
      name: "DeadLetters",
      subject,
      severity: "warning",
      expr: `${kept("kafka_topic_partition_current_offset")} - ${kept("kafka_topic_partition_oldest_offset")} > 0`,
      forMinutes: 1,
      summary: `${consumer} has dead letters of ${topic}`,
      description: `{{ $value | humanize }} events that ${consumer} could not process are in ${letters.topic}; they are kept for 30 days.`,
    },
    {
      name: "DeadLettersGrowing",
      subject,
      severity: "critical",
      expr: `${kept("kafka_topic_partition_current_offset")} - sum(${series("kafka_topic_partition_current_offset", letters)} offset 10m) > 0`,
      forMinutes: 10,
      summary: `${consumer} sets aside more and more events of ${topic}`,
      description: `{{ $value | humanize }} events came to ${letters.topic} in 10 minutes, and it goes on.`,
    },
  ];
}

function consumerAlerts(consumer: AppId, { namespace }: AlertsArgs): Alert[] {
  const waiting = { namespace, app: consumer, outcome: "retry" };
  return [
    {
      name: "ConsumerAbsent",
      subject: { consumer },
      severity: "critical",
      expr: `absent(${series("kafka_consumergroup_members", { namespace, consumergroup: consumer })} > 0)`,
      forMinutes: 5,
      summary: `Nobody consumes as ${consumer}`,
      description: `The consumer group ${consumer} has had no member for 5 minutes, or the broker cannot be measured.`,
    },
    {
      name: "EventsWaiting",
      subject: { consumer },
      severity: "warning",
      expr: `${rate("events_received_total", waiting, "5m")} > 0.1`,
      forMinutes: 5,
      summary: `${consumer} keeps putting events off`,
      description: `${consumer} puts off {{ $value | humanize }} deliveries per second, because something that it needs is away.`,
    },
  ];
}

function topicAlerts(topic: Topic, args: AlertsArgs): Alert[] {
  const { namespace } = args;
  const offset = "kafka_topic_partition_current_offset";
  const records = { namespace, topic };
  const dayBefore = `sum(rate(${series(offset, records, "1h")} offset 1d)) >= ${expectedPerSecond}`;
  const sent = `${rate("outbox_relayed_events_total", { ...records, outcome: "sent" }, "10m")} >= ${quietPerSecond}`;
  const perPartition = rate(offset, records, "30m", ["partition"]);
  const partitions = topics[topic].partitions[args.size];
  const quiet: Alert = {
    name: "MessageRateLow",
    subject: { topic },
    severity: "warning",
    expr: `${rate(offset, records, "10m")} < ${quietPerSecond} and (${dayBefore} or ${sent})`,
    forMinutes: 10,
    summary: `${topic} is quiet when it should not be`,
    description: `${topic} gets {{ $value | humanize }} events per second, less than ${quietPerSecond}; either it had at least ${expectedPerSecond} at this hour of the day before, or services say that they send more.`,
  };
  const skewed: Alert = {
    name: "PartitionSkew",
    subject: { topic },
    severity: "warning",
    // Few events say nothing of how the keys spread.
    expr: `max(${perPartition}) / avg(${perPartition}) - 1 > ${mostSkew} and sum(${perPartition}) >= ${partitions}`,
    forMinutes: 30,
    summary: `The partitions of ${topic} are unevenly filled`,
    description: `The busiest of the ${partitions} partitions of ${topic} gets {{ $value | humanizePercentage }} more than the mean; 20 % is expected at most.`,
  };
  return partitions > 1 ? [quiet, skewed] : [quiet];
}

function publisherAlerts(app: AppId, { namespace }: AlertsArgs): Alert[] {
  const oldest = `max(${series("outbox_oldest_age_seconds", { namespace, app })})`;
  const refused = { namespace, app, outcome: "refused" };
  return [
    {
      name: "OutboxAge",
      subject: { app },
      severity: "warning",
      expr: `${oldest} > 30`,
      forMinutes: 2,
      summary: `Events wait in the outbox of ${app}`,
      description: `The oldest event in the outbox of ${app} has waited for {{ $value | humanizeDuration }}; more than 30 seconds for 2 minutes.`,
    },
    {
      name: "OutboxStuck",
      subject: { app },
      severity: "critical",
      expr: `${oldest} > 300`,
      forMinutes: 5,
      summary: `Nothing leaves the outbox of ${app}`,
      description: `The oldest event in the outbox of ${app} has waited for {{ $value | humanizeDuration }}; users see none of what has happened since.`,
    },
    {
      name: "PublishingRefused",
      subject: { app },
      severity: "warning",
      expr: `${gained("outbox_relayed_events_total", refused, "10m")} > 0`,
      forMinutes: 5,
      summary: `The sidecar refuses events of ${app}`,
      description: `{{ $value | humanize }} events of ${app} were refused in 10 minutes; they are sent again, in order, for as long as it takes.`,
    },
  ];
}
