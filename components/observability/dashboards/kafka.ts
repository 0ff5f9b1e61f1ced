import { appIds, contractOf, deadLettersOf } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { topics } from "#apps/contracts/topics.ts";
import { mostLag, mostSkew } from "../alerts/events.ts";
import { oneOf, rate, series } from "../promql.ts";
import type { Dashboard, Row } from "./dashboard.ts";
import { rateWindow } from "./dashboard.ts";
import { lagOf } from "./overview.ts";

const offset = "kafka_topic_partition_current_offset";
const oldest = "kafka_topic_partition_oldest_offset";

/** A row for each topic: what comes, who lags, how the keys spread, what was set aside. */
export const topicsDashboard = (namespace: string): Dashboard => ({
  name: "topics",
  title: "Todo: topics",
  description: "Every topic of the contracts, with its consumers and its dead letters.",
  rows: (Object.keys(topics) as Topic[]).map((topic) => rowOf(topic, namespace)),
});

function rowOf(topic: Topic, namespace: string): Row {
  const records = { namespace, topic };
  const perPartition = rate(offset, records, rateWindow, ["partition"]);
  const letters = appIds.flatMap(deadLettersOf).filter((name) => name.startsWith(`${topic}.`));
  const kept = (name: typeof offset | typeof oldest, labels: Parameters<typeof series>[1]) =>
    `sum by (topic) (${series(name, labels)})`;
  const set = { namespace, topic: oneOf(letters) };
  return {
    title: `${topic}: ${topics[topic].carries} (${whoUses(topic)})`,
    panels: [
      {
        title: "Events per second, by partition",
        unit: "cps",
        queries: [{ expr: perPartition, legend: "{{partition}}" }],
      },
      {
        title: "Busiest partition above the mean",
        unit: "percentunit",
        redFrom: mostSkew,
        queries: [{ expr: `max(${perPartition}) / avg(${perPartition}) - 1` }],
      },
      {
        title: "Lag, by consumer",
        unit: "short",
        redFrom: mostLag,
        queries: [{ expr: lagOf(namespace, topic), legend: "{{consumergroup}}" }],
      },
      {
        title: "Records kept",
        unit: "short",
        queries: [
          { expr: `${kept(offset, records)} - ${kept(oldest, records)}`, legend: "{{topic}}" },
          ...(letters.length > 0
            ? [{ expr: `${kept(offset, set)} - ${kept(oldest, set)}`, legend: "{{topic}}" }]
            : []),
        ],
      },
    ],
  };
}

function whoUses(topic: Topic): string {
  const publishers = appIds.filter((appId) => contractOf(appId).publishes.includes(topic));
  const consumers = appIds.filter((appId) => contractOf(appId).subscribes[topic] !== undefined);
  return `${publishers.join(", ") || "nobody"} → ${consumers.join(", ") || "nobody"}`;
}

/** The brokers and the consumer groups as such. */
export const kafkaDashboard = (namespace: string): Dashboard => ({
  name: "kafka",
  title: "Todo: Kafka",
  description: "Brokers, copies and consumer groups, as the exporter sees them.",
  rows: [
    {
      title: "Brokers",
      panels: [
        {
          title: "Brokers",
          unit: "short",
          asNumber: true,
          queries: [{ expr: `max(${series("kafka_brokers", { namespace })})` }],
        },
        {
          title: "Partitions with too few copies",
          unit: "short",
          asNumber: true,
          redFrom: 1,
          queries: [
            {
              expr: `sum(${series("kafka_topic_partition_under_replicated_partition", { namespace })})`,
            },
          ],
        },
        {
          title: "Records per second, by topic",
          unit: "cps",
          queries: [
            { expr: rate(offset, { namespace }, rateWindow, ["topic"]), legend: "{{topic}}" },
          ],
        },
      ],
    },
    {
      title: "Consumer groups",
      panels: [
        {
          title: "Members",
          unit: "short",
          queries: [
            {
              expr: `max by (consumergroup) (${series("kafka_consumergroup_members", { namespace })})`,
              legend: "{{consumergroup}}",
            },
          ],
        },
        {
          title: "Taken per second",
          unit: "cps",
          queries: [
            {
              expr: rate("kafka_consumergroup_current_offset", { namespace }, rateWindow, [
                "consumergroup",
                "topic",
              ]),
              legend: "{{consumergroup}}: {{topic}}",
            },
          ],
        },
      ],
    },
  ],
});
