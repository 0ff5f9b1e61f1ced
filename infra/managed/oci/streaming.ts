import { Stream } from "@pulumi/oci/streaming/stream.js";
import { StreamPool } from "@pulumi/oci/streaming/streamPool.js";
import * as pulumi from "@pulumi/pulumi";
import type { TopicSpec } from "#components/kafka/topics.ts";
import type { Grant, UserSpec } from "#components/kafka/users.ts";
import { kept } from "#components/place.ts";
import { makeAccount, tenancyName, tokenOf } from "#infra/clusters/oke/accounts.ts";
import type { OciPlace } from "#infra/clusters/oke/place.ts";
import type { Statement } from "#infra/clusters/oke/policies.ts";
import { allow } from "#infra/clusters/oke/policies.ts";
import { leastRetentionHours, ociStreamingLimits } from "../limits/oci-streaming.ts";
import type { ManagedKafka, ManagedKafkaArgs } from "../managed.ts";
import type { OciStreamingConfig } from "../settings/oci.ts";
import { placeOf } from "./place.ts";

const kafkaPort = 9_092;

/**
 * OCI Streaming, reached by its Kafka endpoint at an address of the cluster's network. Streams are
 * made here, since nobody has the right to make one by Kafka's protocol.
 * Source: https://docs.oracle.com/iaas/Content/Streaming/Tasks/kafkacompatibility.htm
 */
export function ociStreamingKafka(
  config: OciStreamingConfig,
  args: ManagedKafkaArgs<"oci">,
): ManagedKafka {
  const place = placeOf("OciStreaming", `${args.place.namespace}-events`, args);
  const { name, compartmentId, child } = place;
  const { encryption, servicesSubnetId, servicesGuardId } = args.home;
  const pool = new StreamPool(
    name,
    {
      compartmentId,
      name,
      customEncryptionKey: { kmsKeyId: encryption.keyId },
      kafkaSettings: { autoCreateTopicsEnable: false },
      privateEndpointSettings: { subnetId: servicesSubnetId, nsgIds: [servicesGuardId] },
    },
    { ...child, ...kept(args.place) },
  );
  const streams = new Map(
    args.topics.map((topic) => [topic.name, makeStream(topic, pool, place, args)]),
  );
  const users = args.users.map((user) => makeUser(user, { pool, streams, place, args }));
  return {
    brokers: [pulumi.interpolate`${pool.endpointFqdn}:${kafkaPort}`],
    ports: [kafkaPort],
    mechanism: "PLAIN",
    tls: "public",
    users: Object.fromEntries(users.map(({ account }) => account)),
    durability: "brokers",
    // The oldest protocol that has headers and all that a sidecar's client asks for.
    version: "1.0.0",
    largestRecordBytes: ociStreamingLimits(config).recordBytes,
    made: [...streams.values(), ...users.flatMap(({ ready }) => ready)],
  };
}

const makeStream = (
  { name, partitions, config }: TopicSpec,
  pool: StreamPool,
  { child }: OciPlace,
  { place }: ManagedKafkaArgs<"oci">,
): Stream =>
  new Stream(
    name,
    { name, streamPoolId: pool.id, partitions, retentionInHours: retentionOf(config) },
    { ...child, ...kept(place) },
  );

const retentionOf = (config: TopicSpec["config"]): number =>
  Math.max(leastRetentionHours, Math.ceil(Number(config["retention.ms"]) / 3_600_000));

/**
 * An account of its own for each user, whose token is its password, with rights on those streams
 * that its contract names. A client says pool and tenancy with the name of the user.
 * Source: https://docs.oracle.com/iaas/Content/Identity/policyreference/streamingpolicyreference.htm
 */
function makeUser(
  { name, grants }: UserSpec,
  parts: {
    readonly pool: StreamPool;
    readonly streams: ReadonlyMap<string, Stream>;
    readonly place: OciPlace;
    readonly args: ManagedKafkaArgs<"oci">;
  },
) {
  const { pool, streams, place, args } = parts;
  const { tenancyId, identityChild } = place;
  const of = `${args.place.namespace}-kafka-${name}`;
  const account = makeAccount(of, `Talks to Todo Evolution's streams as ${name}`, place);
  const policy = allow(
    of,
    `What ${name} may do with Todo Evolution's streams`,
    [
      {
        who: account.who,
        verb: "read",
        what: "stream-pools",
        where: [pulumi.interpolate`target.streampool.id = '${pool.id}'`],
      },
      ...rightsOf(grants, [...streams.keys()]).map(
        ({ topic, verb, what }): Statement => ({
          ...{ who: account.who, verb, what },
          where: [pulumi.interpolate`target.stream.id = '${(streams.get(topic) as Stream).id}'`],
        }),
      ),
    ],
    place,
  );
  const username = pulumi.interpolate`${tenancyName(tenancyId, identityChild)}/${account.user.name}/${pool.id}`;
  return {
    account: [name, { username, password: tokenOf(of, account, identityChild) }] as const,
    ready: [policy, account.ready],
  };
}

type StreamRight = { readonly topic: string } & Pick<Statement, "verb" | "what">;

/** What a user's grants come to in Oracle's words, on each of these topics. Groups want none. */
export const rightsOf = (grants: readonly Grant[], topics: readonly string[]): StreamRight[] =>
  grants
    .filter(({ resourceType }) => resourceType === "topic")
    .flatMap(({ name, operations }) =>
      topics
        .filter((topic) => name === "*" || name === topic)
        .flatMap((topic): StreamRight[] => [
          { topic, verb: "read", what: "streams" },
          ...(operations.includes("Write")
            ? [{ topic, verb: "use", what: "stream-push" } as const]
            : []),
          ...(operations.includes("Read")
            ? [{ topic, verb: "use", what: "stream-pull" } as const]
            : []),
        ]),
    );
