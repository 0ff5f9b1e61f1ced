import { Acl } from "@pulumi/gcp/managedkafka/acl.js";
import { Cluster } from "@pulumi/gcp/managedkafka/cluster.js";
import { Topic } from "@pulumi/gcp/managedkafka/topic.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import type { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { Key } from "@pulumi/gcp/serviceaccount/key.js";
import * as pulumi from "@pulumi/pulumi";
import type { TopicSpec } from "#components/kafka/topics.ts";
import type { UserSpec } from "#components/kafka/users.ts";
import { kept } from "#components/place.ts";
import { accountIdOf, makeAccount } from "#infra/clusters/gke/accounts.ts";
import { regionFault } from "../limits/regions.ts";
import type { ManagedKafka, ManagedKafkaArgs } from "../managed.ts";
import type { GoogleManagedKafkaConfig } from "../settings/google.ts";
import { aclsOf } from "./acls.ts";

const kafkaPort = 9_092;
const gibibyte = 1024 ** 3;
type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/**
 * Google Managed Service for Apache Kafka, reached from the cluster's network by TLS. Topics and
 * lists of access are made here, where a preview shows them; there is nothing left for a Job.
 * @throws RunError where another stack made the cluster in a region without the service
 */
export function googleKafka(
  config: GoogleManagedKafkaConfig,
  args: ManagedKafkaArgs<"gcp">,
): ManagedKafka {
  const { home, place } = args;
  const fault = regionFault(config.engine, home.region);
  if (fault !== undefined) throw new pulumi.RunError(`Configuration key kafka.engine: ${fault}`);
  const name = `${place.namespace}-events`;
  const parts = new pulumi.ComponentResource("todo:managed:GoogleManagedKafka", name);
  const child = { parent: parts };
  const clusterId = `${home.cluster}-${name}`.slice(0, 63).replace(/-+$/, "");
  const cluster = new Cluster(name, clusterArgs(clusterId, config, args), {
    ...child,
    ...kept(place),
    customTimeouts: { create: "2h", update: "2h", delete: "1h" },
  });
  const topics = args.topics.map((topic) => makeTopic(topic, cluster, args, child));
  const users = args.users.map((user) => makeUser(user, args, child));
  for (const operator of config.operators) mayConnect(operator, memberOf(operator), args, child);
  const principals = new Map(users.map(({ name: user, account }) => [user, account.email]));
  const acls = [...aclsOf(args.users, config.operators)].map(
    ([aclId, entries]) =>
      new Acl(
        `${name}-${aclId}`,
        {
          ...whereOf(cluster, args),
          aclId,
          aclEntries: entries.map(({ user, operation }) => ({
            principal: pulumi.interpolate`User:${principals.get(user) ?? user}`,
            operation,
            permissionType: "ALLOW",
            host: "*",
          })),
        },
        // A list is about topics that are there.
        { ...child, dependsOn: topics },
      ),
  );
  return {
    // Source: https://cloud.google.com/managed-service-for-apache-kafka/docs/networking
    brokers: [
      pulumi.interpolate`bootstrap.${cluster.clusterId}.${home.region}.managedkafka.${home.project}.cloud.goog:${kafkaPort}`,
    ],
    ports: [kafkaPort],
    mechanism: "PLAIN",
    tls: "public",
    users: Object.fromEntries(
      users.map(({ name: user, account, key }) => [
        user,
        { username: account.email, password: pulumi.secret(key.privateKey) },
      ]),
    ),
    durability: "brokers",
    // The oldest of Google's brokers: sidecars speak what all of them know.
    version: "3.7.0",
    made: [...topics, ...acls, ...users.map(({ right }) => right)],
  };
}

const clusterArgs = (
  clusterId: string,
  { processors, memoryGb }: GoogleManagedKafkaConfig,
  { home }: ManagedKafkaArgs<"gcp">,
): ConstructorParameters<typeof Cluster>[1] => ({
  project: home.project,
  location: home.region,
  clusterId,
  capacityConfig: { vcpuCount: `${processors}`, memoryBytes: `${memoryGb * gibibyte}` },
  gcpConfig: {
    accessConfig: { networkConfigs: [{ subnet: home.subnetId }] },
    kmsKey: home.keyId,
  },
  rebalanceConfig: { mode: "AUTO_REBALANCE_ON_SCALE_UP" },
});

const whereOf = (cluster: Cluster, { home }: ManagedKafkaArgs<"gcp">) => ({
  project: home.project,
  location: home.region,
  cluster: cluster.clusterId,
});

const makeTopic = (
  { name, partitions, config }: TopicSpec,
  cluster: Cluster,
  args: ManagedKafkaArgs<"gcp">,
  child: Child,
): Topic =>
  new Topic(
    name,
    {
      ...whereOf(cluster, args),
      topicId: name,
      partitionCount: partitions,
      // One in each zone; a record counts when two have it.
      replicationFactor: 3,
      configs: { ...config, "min.insync.replicas": "2" },
    },
    { ...child, ...kept(args.place) },
  );

/**
 * An account of Google for each user, which may connect to Kafka and do nothing else, with a key: a
 * sidecar signs in by PLAIN, with the account's name and the key's file in base64, which is how the
 * provider has it. The other way, OAUTHBEARER, wants tokens in a form of Google's own, which Dapr's
 * component cannot make. What the account may do with topics the lists of access say.
 * Source: https://cloud.google.com/managed-service-for-apache-kafka/docs/authentication-kafka
 */
function makeUser(
  { name }: UserSpec,
  args: ManagedKafkaArgs<"gcp">,
  child: Child,
): { name: string; account: Account; key: Key; right: IAMMember } {
  const { home, place } = args;
  const account = makeAccount(
    `${place.namespace}-kafka-${name}`,
    {
      project: home.project,
      id: accountIdOf(home.cluster, place.namespace, "kafka", name),
      for: `${name} in ${place.namespace} on ${home.cluster}, at Kafka`,
    },
    child,
  );
  const right = mayConnect(name, account.member, args, child);
  const key = new Key(
    `${place.namespace}-kafka-${name}`,
    { serviceAccountId: account.name },
    { ...child, additionalSecretOutputs: ["privateKey"] },
  );
  return { name, account, key, right };
}

/** Google knows connecting as a right for a whole project only, and all else by lists of access. */
const mayConnect = (
  user: string,
  member: pulumi.Input<string>,
  { home, place }: ManagedKafkaArgs<"gcp">,
  child: Child,
): IAMMember =>
  new IAMMember(
    `${place.namespace}-kafka-${user}`,
    { project: home.project, role: "roles/managedkafka.client", member },
    child,
  );

/** People and accounts of programs are two kinds of members. */
const memberOf = (email: string): string =>
  `${email.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user"}:${email}`;
