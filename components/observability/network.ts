import type { PolicySpec, Rule } from "#components/network/policies.ts";
import type { NetworkPeer, Reach } from "#components/place.ts";
import { selectorOf } from "#components/place.ts";
import { consoleName, kafkaExporterName } from "./kafka-tools.ts";
import type { ObservabilityParts } from "./observability.ts";
import { redisExporterName } from "./redis-exporter.ts";
import { collectorName, collectorPorts, zipkinName } from "./tracing.ts";

export type ObservabilityNetworkFacts = {
  readonly parts: ObservabilityParts;
  readonly kafka: Reach;
  /** `undefined` where Redis is not measured. */
  readonly redis: Reach | undefined;
  /** Pods that read measures. */
  readonly scrapers: readonly NetworkPeer[];
  /** Pods whose sidecars and programs send traces. */
  readonly senders: readonly NetworkPeer[];
};

/**
 * What the network lets through for the parts of observability, beside a default that denies.
 * People reach Zipkin and the console by a port-forward, which asks no policy.
 */
export function observabilityPolicies(facts: ObservabilityNetworkFacts): PolicySpec[] {
  const { parts, scrapers } = facts;
  const peer = (name: string): NetworkPeer => ({ podSelector: { matchLabels: selectorOf(name) } });
  const policy = (name: string, ingress: Rule[], egress: Rule[]): PolicySpec => ({
    name,
    podLabels: selectorOf(name),
    ingress: ingress.filter(({ peers }) => peers.length > 0),
    egress,
  });
  return [
    ...(parts.tracing
      ? [
          policy(
            collectorName,
            [
              { peers: facts.senders, ports: Object.values(collectorPorts).map(tcp) },
              { peers: scrapers, ports: [tcp(8_888)] },
            ],
            [{ peers: [peer(zipkinName)], ports: [tcp(collectorPorts.zipkin)] }],
          ),
          policy(
            zipkinName,
            [
              { peers: [peer(collectorName)], ports: [tcp(collectorPorts.zipkin)] },
              // Grafana, which stands where Prometheus does.
              { peers: scrapers.map(namespaceOf), ports: [tcp(collectorPorts.zipkin)] },
            ],
            [],
          ),
        ]
      : []),
    ...(parts.console ? [policy(consoleName, [], [toReach(facts.kafka)])] : []),
    ...(parts.metrics
      ? [
          policy(
            kafkaExporterName,
            [{ peers: scrapers, ports: [tcp(9_308)] }],
            [toReach(facts.kafka)],
          ),
        ]
      : []),
    ...(parts.metrics && facts.redis
      ? [
          policy(
            redisExporterName,
            [{ peers: scrapers, ports: [tcp(9_121)] }],
            [toReach(facts.redis)],
          ),
        ]
      : []),
  ];
}

const tcp = (port: number) => ({ port, protocol: "TCP" }) as const;
const toReach = ({ peers, ports }: Reach): Rule => ({ peers, ports: ports.map(tcp) });

const namespaceOf = ({ podSelector: _, ...peer }: NetworkPeer): NetworkPeer => peer;
