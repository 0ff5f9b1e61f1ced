import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { findingsOfLag, findingsOfOutboxes, outboxIn } from "./events.ts";
import { type Check, warning } from "./finding.ts";
import { sumOf } from "./prometheus.ts";

/** What the services say of themselves: events that wait, and events that were set aside. */
export const events: Check = ({ metrics, pods }) =>
  Object.entries(metrics).flatMap(([pod, text]) => {
    const appId = pods.find(({ metadata }) => metadata.name === pod)?.metadata.labels?.[
      "app.kubernetes.io/name"
    ];
    const dead = sumOf(text, "events_received_total", { outcome: "dead-lettered" });
    return [
      ...findingsOfOutboxes([outboxIn(String(appId), text)]),
      ...(dead > 0
        ? [
            warning(
              `Service ${appId}`,
              `${dead} events were set aside as dead letters since pod ${pod} started`,
              "those that still wait, each with its error: npm run events -- dlq list --app " +
                `${appId} -s <stack>; mend the cause, then dlq redrive or discard`,
            ),
          ]
        : []),
    ];
  });

/** What Kafka's exporter says of consumers: events that wait for one that is behind. */
export const lags: Check = ({ kafkaMetrics }) =>
  findingsOfLag(
    appIds.flatMap((app) =>
      subscriptionsOf(contractOf(app)).map(([topic]) => ({
        ...{ app, topic },
        lag: sumOf(kafkaMetrics, "kafka_consumergroup_lag", { consumergroup: app, topic }),
      })),
    ),
    " -s <stack>",
  );
