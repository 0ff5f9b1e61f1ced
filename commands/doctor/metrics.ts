import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { findingsOfLag } from "./events.ts";
import { broken, type Check, warning } from "./finding.ts";
import { sumOf } from "./prometheus.ts";

const oldOutboxSeconds = 30;

/** What the services say of themselves: events that wait, and events that were set aside. */
export const events: Check = ({ metrics, pods }) =>
  Object.entries(metrics).flatMap(([pod, text]) => {
    const appId = pods.find(({ metadata }) => metadata.name === pod)?.metadata.labels?.[
      "app.kubernetes.io/name"
    ];
    const age = sumOf(text, "outbox_oldest_age_seconds");
    const depth = sumOf(text, "outbox_depth");
    const dead = sumOf(text, "events_received_total", { outcome: "dead-lettered" });
    return [
      ...(age > oldOutboxSeconds
        ? [
            broken(
              `Service ${appId}`,
              `its oldest event waits for ${Math.round(age)} s in the outbox (${depth} wait)`,
              "its sidecar or Kafka does not take events: see the sidecar's log and the brokers",
            ),
          ]
        : []),
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
