import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { Acl, Admin } from "@platformatic/kafka";
import { hasKafkaError, type KafkaConnection, withKafka } from "./kafka-admin.ts";
import type { Failure, ResourceType } from "./resource.ts";

/** Inputs of a `KafkaUser`, documented at `KafkaUserArgs`. */
export interface KafkaUserInputs extends KafkaConnection {
  readonly username: string;
  readonly password: string;
  readonly acls: readonly KafkaAclInputs[];
}

/** What a user may do with one resource, or with all whose names begin alike. */
export interface KafkaAclInputs {
  readonly resourceType: "topic" | "group" | "cluster" | "transactionalId";
  readonly name: string;
  readonly patternType: "literal" | "prefixed";
  readonly operations: readonly string[];
}

// The numbers of Kafka's protocol (ResourceType, PatternType, AclOperation, AclPermissionType).
const any = 1;
const allow = 3;
const resourceTypes = { topic: 2, group: 3, cluster: 4, transactionalId: 5 } as const;
const patternTypes = { literal: 3, prefixed: 4 } as const;
const operations = new Map<string, Acl["operation"]>([
  ["All", 2],
  ["Read", 3],
  ["Write", 4],
  ["Create", 5],
  ["Delete", 6],
  ["Alter", 7],
  ["Describe", 8],
  ["ClusterAction", 9],
  ["DescribeConfigs", 10],
  ["AlterConfigs", 11],
  ["IdempotentWrite", 12],
]);
// RFC 5802 as Kafka uses it: 4096 is its least, and enough for a random password.
const scram = { mechanism: 2, iterations: 4096, keyBytes: 64, digest: "sha512" } as const;

/** A user of Kafka with its access lists. */
export const kafkaUserType: ResourceType<KafkaUserInputs> = {
  outputs: [],
  replaceOn: ["username"],

  check(_olds, news) {
    return { inputs: news, failures: findUnknownOperations(news) };
  },

  async create(inputs, context) {
    await withKafka(inputs, context, (admin) => ensure(admin, inputs));
    return { id: inputs.username, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withKafka(inputs, context, (admin) => ensure(admin, inputs));
    return {};
  },

  async delete({ inputs }, context) {
    await withKafka(inputs, context, async (admin) => {
      await removeAcls(admin, await aclsOf(admin, inputs.username));
      await alterCredential(admin, inputs.username, undefined).catch((error) => {
        if (!hasKafkaError(error, "RESOURCE_NOT_FOUND")) throw error;
      });
    });
  },
};

/** Sets the password and exactly the wanted access lists. Rights come before they are missed. */
async function ensure(admin: Admin, inputs: KafkaUserInputs): Promise<void> {
  await alterCredential(admin, inputs.username, inputs.password);
  const wanted = wantedAcls(inputs);
  const found = await aclsOf(admin, inputs.username);
  const foundKeys = new Set(found.map(keyOf));
  const wantedKeys = new Set(wanted.map(keyOf));
  const creations = wanted.filter((acl) => !foundKeys.has(keyOf(acl)));
  if (creations.length > 0) await admin.createAcls({ creations });
  await removeAcls(
    admin,
    found.filter((acl) => !wantedKeys.has(keyOf(acl))),
  );
}

/** Sets the SCRAM credential, or removes it without a password. The client has no method for it. */
async function alterCredential(
  admin: Admin,
  name: string,
  password: string | undefined,
): Promise<void> {
  const { alterUserScramCredentialsV0 } = await import("@platformatic/kafka");
  const { mechanism, iterations, keyBytes, digest } = scram;
  const salt = randomBytes(32);
  const saltedPassword = pbkdf2Sync(password ?? "", salt, iterations, keyBytes, digest);
  const upsertion = { name, mechanism, iterations, salt, saltedPassword };
  const [connection] = [...(await admin.connectToBrokers()).values()];
  if (!connection) throw new Error("The cluster names no broker.");
  const deletions = password === undefined ? [{ name, mechanism }] : [];
  const upsertions = password === undefined ? [] : [upsertion];
  await alterUserScramCredentialsV0.api.async(connection, deletions, upsertions);
}

async function aclsOf(admin: Admin, username: string): Promise<Acl[]> {
  const filter = {
    resourceType: any,
    resourceName: null,
    resourcePatternType: any,
    principal: `User:${username}`,
    host: null,
    operation: any,
    permissionType: any,
  } as const;
  const resources = await admin.describeAcls({ filter });
  return resources.flatMap(({ acls, ...target }) => acls.map((acl) => ({ ...target, ...acl })));
}

async function removeAcls(admin: Admin, acls: Acl[]): Promise<void> {
  if (acls.length > 0) await admin.deleteAcls({ filters: acls });
}

function wantedAcls({ username, acls }: KafkaUserInputs): Acl[] {
  return acls.flatMap(({ resourceType, name, patternType, operations: names }) =>
    names.map((operation) => ({
      resourceType: resourceTypes[resourceType],
      resourceName: name,
      resourcePatternType: patternTypes[patternType],
      principal: `User:${username}`,
      host: "*",
      operation: operations.get(operation) ?? any,
      permissionType: allow,
    })),
  );
}

function keyOf(acl: Acl): string {
  const { resourceType, resourceName, resourcePatternType, host, operation, permissionType } = acl;
  return [resourceType, resourceName, resourcePatternType, host, operation, permissionType].join();
}

function findUnknownOperations({ acls }: KafkaUserInputs): Failure[] {
  if (!Array.isArray(acls)) return []; // not known yet
  const names = (acls as readonly KafkaAclInputs[]).flatMap(({ operations: all }) => all ?? []);
  return names
    .filter((name) => !operations.has(name))
    .map((name) => ({
      property: "acls",
      reason: `"${name}" is no operation; there are: ${[...operations.keys()].join(", ")}`,
    }));
}
