import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { Acl, Admin } from "@platformatic/kafka";
import { hasKafkaError } from "./kafka-admin.ts";

/** What a user may do with one resource, or with all whose names begin alike. */
export type KafkaAcl = {
  readonly resourceType: "topic" | "group" | "cluster" | "transactionalId";
  readonly name: string;
  readonly patternType: "literal" | "prefixed";
  /** Kafka's names: "Read", "Write", "Describe" … */
  readonly operations: readonly string[];
};

export type User = {
  readonly username: string;
  readonly password: string;
  /** The mechanism by which the user comes; by default SCRAM-SHA-512. */
  readonly mechanism?: ScramMechanism;
  /** Exactly these: missing ones are added, others are removed. */
  readonly acls: readonly KafkaAcl[];
};

type ScramMechanism = "SCRAM-SHA-512" | "SCRAM-SHA-256";

// The numbers of Kafka's protocol (ResourceType, PatternType, AclOperation, AclPermissionType).
const any = 1;
const allow = 3;
const resourceTypes = { topic: 2, group: 3, cluster: 4, transactionalId: 5 } as const;
const patternTypes = { literal: 3, prefixed: 4 } as const;

/** The operations that Kafka has, with the numbers of its protocol. */
export const operations: ReadonlyMap<string, Acl["operation"]> = new Map([
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
const iterations = 4096;
const scram = {
  "SCRAM-SHA-256": { mechanism: 1, keyBytes: 32, digest: "sha256" },
  "SCRAM-SHA-512": { mechanism: 2, keyBytes: 64, digest: "sha512" },
} as const;

/** Sets the password and exactly the wanted access lists. Rights come before they are missed. */
export async function ensureUser(admin: Admin, user: User): Promise<void> {
  await alterCredential(admin, user.username, user.mechanism, user.password);
  const wanted = wantedAcls(user);
  const found = await aclsOf(admin, user.username);
  const foundKeys = new Set(found.map(keyOf));
  const wantedKeys = new Set(wanted.map(keyOf));
  const creations = wanted.filter((acl) => !foundKeys.has(keyOf(acl)));
  if (creations.length > 0) await admin.createAcls({ creations });
  await removeAcls(
    admin,
    found.filter((acl) => !wantedKeys.has(keyOf(acl))),
  );
}

/** Removes the user's rights and password; there need not be any. */
export async function removeUser(admin: Admin, username: string): Promise<void> {
  await removeAcls(admin, await aclsOf(admin, username));
  await alterCredential(admin, username, undefined, undefined).catch((error) => {
    if (!hasKafkaError(error, "RESOURCE_NOT_FOUND")) throw error;
  });
}

/** Sets the SCRAM credential, or removes it without a password. The client has no method for it. */
async function alterCredential(
  admin: Admin,
  name: string,
  by: ScramMechanism = "SCRAM-SHA-512",
  password: string | undefined,
): Promise<void> {
  const { alterUserScramCredentialsV0 } = await import("@platformatic/kafka");
  const { mechanism, keyBytes, digest } = scram[by];
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

const wantedAcls = ({ username, acls }: User): Acl[] =>
  acls.flatMap(({ resourceType, name, patternType, operations: names }) =>
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

function keyOf(acl: Acl): string {
  const { resourceType, resourceName, resourcePatternType, host, operation, permissionType } = acl;
  return [resourceType, resourceName, resourcePatternType, host, operation, permissionType].join();
}
