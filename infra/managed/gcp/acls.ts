import type { Grant, UserSpec } from "#components/kafka/users.ts";

/** One entry of a list of access, in Kafka's words as Google writes them. */
export type AclEntry = { readonly user: string; readonly operation: string };

/** Lists of access of a cluster, by the ids that Google has for what they are about. */
export type Acls = ReadonlyMap<string, readonly AclEntry[]>;

/** All that an operator's commands touch: topics, groups, and transactions of a redrive. */
const everything = ["allTopics", "allConsumerGroups", "allTransactionalIds", "cluster"];

/**
 * What users may do, as lists by resource: what has a list is closed to everybody who is not in it.
 * Source: https://cloud.google.com/managed-service-for-apache-kafka/docs/kafka-acls/create-kafka-acls
 */
export function aclsOf(users: readonly UserSpec[], operators: readonly string[]): Acls {
  const acls = new Map<string, AclEntry[]>();
  const add = (id: string, entry: AclEntry) => acls.set(id, [...(acls.get(id) ?? []), entry]);
  for (const { name: user, grants } of users) {
    for (const grant of grants) {
      for (const operation of grant.operations) {
        add(aclIdOf(grant), { user, operation: wordOf(operation) });
      }
    }
  }
  for (const user of operators) {
    for (const id of everything) add(id, { user, operation: "ALL" });
  }
  return acls;
}

const kinds = {
  topic: { one: "topic", all: "allTopics" },
  group: { one: "consumerGroup", all: "allConsumerGroups" },
} as const;

function aclIdOf({ resourceType, name }: Grant): string {
  if (resourceType === "cluster") return "cluster";
  const { one, all } = kinds[resourceType];
  return name === "*" ? all : `${one}/${name}`;
}

/** `DescribeConfigs` is `DESCRIBE_CONFIGS`. */
const wordOf = (operation: string): string =>
  operation.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
