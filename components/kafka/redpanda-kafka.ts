import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ChartSettings, installChart } from "#components/charts.ts";
import type { PolicySpec } from "#components/network/policies.ts";
import { inNamespace } from "#components/network/policies.ts";
import type { NetworkPeer, Place, Reach } from "#components/place.ts";
import { kept, labelsOf } from "#components/place.ts";
import type { BrokerAccess, KafkaEngineArgs } from "./engine.ts";
import {
  anywhere,
  apiServerPorts,
  clientPeers,
  makePolicies,
  makeUsers,
  rule,
  usersAmong,
} from "./engine.ts";
import type { Kafka, KafkaUser } from "./kafka.ts";
import {
  bootstrapSecret,
  redpandaAddresses,
  redpandaCa,
  redpandaTopic,
  redpandaUser,
} from "./redpanda-objects.ts";
import { redpandaPorts, redpandaValues, releaseName } from "./redpanda-values.ts";
import { topicSpecs } from "./topics.ts";
import { defaultKafkaTuning } from "./tuning.ts";
import { userSpecs, viewerSpec } from "./users.ts";

export type RedpandaKafkaArgs = KafkaEngineArgs & {
  readonly access: BrokerAccess;
  /** Where the operator runs, which makes topics and users. The brokers need cert-manager too. */
  readonly operatorNamespace: string;
  readonly charts: ChartSettings;
  readonly pullSecrets: readonly string[];
};

/** Redpanda in the cluster: brokers by its chart, topics and users by its operator. */
export class RedpandaKafka extends pulumi.ComponentResource implements Kafka {
  readonly brokers: pulumi.Output<string>;
  // It lacks some of the newest requests of Kafka's protocol.
  readonly version = "2.0.0";
  readonly mechanism = "SCRAM-SHA-512";
  readonly tls = { caCertificate: redpandaCa };
  readonly userOf: Kafka["userOf"];
  readonly viewer: KafkaUser;
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach = { peers: [pods], ports: [redpandaPorts.kafka] };

  constructor(name: string, args: RedpandaKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:kafka:RedpandaKafka", name, {}, opts);
    const { place, password } = args;
    const child = { parent: this };
    const tuning = { ...defaultKafkaTuning[place.size], ...args.tuning };
    const topics = topicSpecs(place.size, tuning.topics);

    makePolicies(policies(args), place, child);
    const bootstrap = new k8s.core.v1.Secret(
      "kafka-bootstrap",
      {
        metadata: {
          name: bootstrapSecret,
          namespace: place.namespace,
          labels: labelsOf("kafka-bootstrap"),
        },
        stringData: pulumi.secret({ password: password("kafka-bootstrap") }),
      },
      child,
    );
    const chart = installChart(
      releaseName,
      {
        namespace: place.namespace,
        values: redpandaValues({
          place,
          tuning,
          usersSecret: superusers(place, password("kafka-admin"), child),
          bootstrapSecret: bootstrap.metadata.name,
          pullSecrets: args.pullSecrets,
        }),
      },
      args.charts,
      { ...child, protect: place.keepData },
    );
    // Before the brokers when all goes: the operator takes the finalizers off by asking them.
    const leaf = { ...child, dependsOn: chart, customTimeouts: timeouts };
    const madeTopics = topics.map(
      (topic) =>
        new Custom(`topic-${topic.name}`, redpandaTopic(topic, place), {
          ...leaf,
          // With its object the records of a topic would go, whatever became of the volumes.
          ...kept(place),
        }),
    );
    const users = makeUsers(args, child);
    const madeUsers = [...userSpecs(), viewerSpec].map((user) => {
      const { password } = users.get(user.name) as KafkaUser;
      return new Custom(`user-${user.name}`, redpandaUser(user, password, place), leaf);
    });

    this.brokers = pulumi.output(redpandaAddresses(place, redpandaPorts.kafka).join(","));
    ({ userOf: this.userOf, viewer: this.viewer } = usersAmong(users));
    this.ready = [chart, ...madeTopics, ...madeUsers];
    this.registerOutputs();
  }
}

const Custom = k8s.apiextensions.CustomResource;
const timeouts = { create: "10m", update: "10m", delete: "10m" };

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/** A superuser for people, in the form of the chart: a line for each. */
const superusers = (place: Place, password: pulumi.Output<string>, child: Child) =>
  new k8s.core.v1.Secret(
    "kafka-superusers",
    {
      metadata: { namespace: place.namespace, labels: labelsOf("kafka-superusers") },
      stringData: pulumi.secret({
        "users.txt": pulumi.interpolate`admin:${password}:SCRAM-SHA-512`,
      }),
    },
    child,
  ).metadata.name;

const podLabels = {
  "app.kubernetes.io/name": "redpanda",
  "app.kubernetes.io/instance": releaseName,
};
const pods: NetworkPeer = { podSelector: { matchLabels: podLabels } };

/** The Job of the chart that tells the brokers their configuration, which has a name of its own. */
const configurationLabels = { ...podLabels, "app.kubernetes.io/name": "redpanda-configuration" };

function policies({ access, operatorNamespace }: RedpandaKafkaArgs): PolicySpec[] {
  const { kafka, admin, rpc } = redpandaPorts;
  const configuration: NetworkPeer = { podSelector: { matchLabels: configurationLabels } };
  return [
    {
      name: "redpanda",
      podLabels,
      ingress: [
        ...rule(clientPeers(access), [kafka]),
        ...rule([pods], [kafka, admin, rpc]),
        ...rule([configuration, inNamespace(operatorNamespace)], [kafka, admin]),
        ...rule(access.monitoring, [admin]),
      ],
      // Its sidecar and, with zones, each start ask the API server.
      egress: [...rule([pods], [kafka, admin, rpc]), ...anywhere(apiServerPorts)],
    },
    {
      name: "redpanda-configuration",
      podLabels: configurationLabels,
      ingress: [],
      egress: [...rule([pods], [kafka, admin]), ...anywhere(apiServerPorts)],
    },
  ];
}
