import { EventHub } from "@pulumi/azure-native/eventhub/eventHub.js";
import { listNamespaceKeysOutput } from "@pulumi/azure-native/eventhub/listNamespaceKeys.js";
import { Namespace } from "@pulumi/azure-native/eventhub/namespace.js";
import { NamespaceAuthorizationRule } from "@pulumi/azure-native/eventhub/namespaceAuthorizationRule.js";
import * as pulumi from "@pulumi/pulumi";
import type { TopicSpec } from "#components/kafka/topics.ts";
import type { UserSpec } from "#components/kafka/users.ts";
import { kept } from "#components/place.ts";
import { sendLogs } from "#infra/clusters/aks/logs.ts";
import { eventHubsLimits } from "../limits/event-hubs.ts";
import type { ManagedKafka, ManagedKafkaArgs } from "../managed.ts";
import type { EventHubsConfig } from "../settings/azure.ts";
import { lock, privateEndpoint } from "./private.ts";

const kafkaPort = 9_093;

/**
 * Event Hubs, reached by its Kafka endpoint. Hubs are made here and not by Kafka's protocol, which
 * cannot set how long they keep records; consumer groups come into being by being used.
 * Source: https://learn.microsoft.com/azure/event-hubs/apache-kafka-configurations
 */
export function eventHubsKafka(
  config: EventHubsConfig,
  args: ManagedKafkaArgs<"azure">,
): ManagedKafka {
  const name = `${args.place.namespace}-events`;
  const parts = new pulumi.ComponentResource("todo:managed:EventHubs", name);
  const child = { parent: parts };
  const namespace = makeNamespace(name, config, args, child);
  const hubs = args.topics.map((topic) => makeHub(topic, namespace, args, child));
  const users = args.users.map((user) => makeUser(user, namespace, args, child));
  const endpoint = privateEndpoint(
    name,
    args.home,
    { service: "event-hubs", id: namespace.id },
    child,
  );
  sendLogs(
    name,
    { of: namespace.id, to: args.home.logsId, logs: ["audit"], named: "categoryGroup" },
    child,
  );
  // Not the namespace: a lock counts for all that is in it, and users come and go with services.
  for (const [index, hub] of hubs.entries()) {
    lock(`${name}-${args.topics[index]?.name}`, args, hub, [], child);
  }
  return {
    brokers: [pulumi.interpolate`${namespace.name}.servicebus.windows.net:${kafkaPort}`],
    ports: [kafkaPort],
    mechanism: "PLAIN",
    tls: "public",
    users: Object.fromEntries(users),
    durability: "brokers",
    // The newest protocol of which it knows every call that a sidecar's client makes.
    // Source: https://github.com/IBM/sarama/issues/2470, https://github.com/dapr/docs/pull/3474
    version: "1.0.0",
    largestRecordBytes: eventHubsLimits(config).recordBytes,
    made: [...hubs, endpoint],
  };
}

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

function makeNamespace(
  name: string,
  { tier, units }: EventHubsConfig,
  { home, place }: ManagedKafkaArgs<"azure">,
  child: Child,
): Namespace {
  const { identityId, vaultUri, keyName } = home.encryption;
  return new Namespace(
    name,
    {
      resourceGroupName: home.resourceGroup,
      location: home.location,
      sku: { name: tier, tier, capacity: units },
      minimumTlsVersion: "1.2",
      publicNetworkAccess: "Disabled",
      zoneRedundant: true,
      // Keys of customers are a matter of the dearer tiers.
      ...(tier === "Premium" && {
        identity: { type: "UserAssigned" as const, userAssignedIdentities: [identityId] },
        encryption: {
          keySource: "Microsoft.KeyVault" as const,
          keyVaultProperties: [
            { keyName, keyVaultUri: vaultUri, identity: { userAssignedIdentity: identityId } },
          ],
        },
      }),
    },
    { ...child, ...kept(place) },
  );
}

const makeHub = (
  topic: TopicSpec,
  namespace: Namespace,
  { home, place }: ManagedKafkaArgs<"azure">,
  child: Child,
): EventHub =>
  new EventHub(
    topic.name,
    {
      resourceGroupName: home.resourceGroup,
      namespaceName: namespace.name,
      eventHubName: topic.name,
      partitionCount: topic.partitions,
      retentionDescription: {
        cleanupPolicy: "Delete",
        retentionTimeInHours: Number(topic.config["retention.ms"]) / 3_600_000,
      },
    },
    { ...child, ...kept(place) },
  );

/**
 * A key of its own for each user. Azure knows sending and listening only, for a whole namespace
 * where a client comes to several hubs by one connection; which hubs, the sidecar's scopes say.
 * Source: https://learn.microsoft.com/azure/event-hubs/authorize-access-shared-access-signature
 */
function makeUser(
  { name, grants }: UserSpec,
  namespace: Namespace,
  { home }: ManagedKafkaArgs<"azure">,
  child: Child,
) {
  const where = { resourceGroupName: home.resourceGroup, namespaceName: namespace.name };
  const rule = new NamespaceAuthorizationRule(
    name,
    { ...where, authorizationRuleName: name, rights: rightsOf(grants) },
    child,
  );
  const keys = listNamespaceKeysOutput({ ...where, authorizationRuleName: rule.name }, child);
  const password = pulumi.secret(keys.primaryConnectionString);
  return [name, { username: "$ConnectionString", password }] as const;
}

/** What a user's grants come to in Azure's words. */
export const rightsOf = (grants: UserSpec["grants"]): ("Send" | "Listen")[] => {
  const operations = grants.flatMap((grant) => grant.operations);
  return [
    ...(operations.includes("Write") ? ["Send" as const] : []),
    ...(operations.includes("Read") ? ["Listen" as const] : []),
  ];
};
