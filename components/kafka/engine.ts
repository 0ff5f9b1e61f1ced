import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import type { PolicySpec, Rule } from "#components/network/policies.ts";
import { networkPolicy } from "#components/network/policies.ts";
import type { NetworkPeer, Place } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import type { KafkaUser } from "./kafka.ts";
import type { KafkaTuning } from "./tuning.ts";
import { userSpecs, viewerSpec } from "./users.ts";

/** What every engine is told. */
export type KafkaEngineArgs = {
  readonly place: Place;
  /** A password of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
  /** What is to be other than the default of the size. */
  readonly tuning?: Partial<KafkaTuning>;
};

/** Who reaches brokers that stand in the cluster, besides the services that use them. */
export type BrokerAccess = {
  /** The console, exporters, the autoscaler. */
  readonly clients: readonly NetworkPeer[];
  /** Pods that read measures. */
  readonly monitoring: readonly NetworkPeer[];
};

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/** The users of all services that use Kafka and of the viewer, each with a Secret of its own. */
export function makeUsers(
  { place, password }: KafkaEngineArgs,
  child: Child,
): ReadonlyMap<string, KafkaUser> {
  return new Map(
    [...userSpecs(), viewerSpec].map(({ name }) => [
      name,
      { username: name, password: passwordSecret(name, password(`kafka-${name}`), place, child) },
    ]),
  );
}

/** A Secret with one password; its name is generated, so that what refers to it sees a change. */
export function passwordSecret(
  name: string,
  password: pulumi.Input<string>,
  { namespace }: Pick<Place, "namespace">,
  child: Child,
) {
  const secret = new k8s.core.v1.Secret(
    `kafka-${name}`,
    {
      metadata: { namespace, labels: labelsOf(`kafka-${name}`) },
      stringData: { password: pulumi.secret(password) },
    },
    child,
  );
  return { name: secret.metadata.name, key: "password" };
}

/** The user of a service among these, and that of the viewer. */
export const usersAmong = (users: ReadonlyMap<string, KafkaUser>) => ({
  userOf: (appId: AppId): KafkaUser | undefined => users.get(appId),
  viewer: users.get(viewerSpec.name) as KafkaUser,
});

/** Pods of the services whose contracts use Kafka, and the other clients. */
export const clientPeers = ({ clients }: BrokerAccess): readonly NetworkPeer[] => [
  ...userSpecs().map(({ name }) => ({ podSelector: { matchLabels: selectorOf(name) } })),
  ...clients,
];

/** A rule for these peers, or none where there are none: an empty list would let in everyone. */
export const rule = (peers: readonly NetworkPeer[], ports: readonly number[]): Rule[] =>
  peers.length > 0 ? [{ peers, ports: ports.map((port) => ({ port, protocol: "TCP" })) }] : [];

/** Anywhere on these ports: for the API server, which no label finds. */
export const anywhere = (ports: readonly number[]): Rule[] => [
  { peers: [], ports: ports.map((port) => ({ port, protocol: "TCP" })) },
];

/** Where API servers listen, behind the one address of their Service. */
export const apiServerPorts = [443, 6_443, 8_443] as const;

/** Opens the namespace's default, which denies, for the pods of an engine. */
export function makePolicies(specs: readonly PolicySpec[], place: Place, child: Child): void {
  for (const spec of specs) {
    new k8s.networking.v1.NetworkPolicy(spec.name, networkPolicy(spec, place), child);
  }
}
