import { Database } from "@pulumi/azure-native/redisenterprise/database.js";
import { listDatabaseKeysOutput } from "@pulumi/azure-native/redisenterprise/listDatabaseKeys.js";
import { RedisEnterprise } from "@pulumi/azure-native/redisenterprise/redisEnterprise.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { ManagedArgs, ManagedRedis } from "../managed.ts";
import type { AzureManagedRedisConfig } from "../settings/azure.ts";
import { lock, privateEndpoint } from "./private.ts";

const port = 10_000;

/** Azure Managed Redis: one address for clients that know of no cluster, TLS, reached privately. */
export function azureManagedRedis(
  { machine }: AzureManagedRedisConfig,
  args: ManagedArgs<"azure">,
): ManagedRedis {
  const { home, place } = args;
  const name = `${place.namespace}-redis`;
  const parts = new pulumi.ComponentResource("todo:managed:AzureManagedRedis", name);
  const child = { parent: parts };
  const { identityId, keyVersionUri } = home.encryption;
  const redis = new RedisEnterprise(
    name,
    {
      resourceGroupName: home.resourceGroup,
      location: home.location,
      sku: { name: machine },
      highAvailability: place.size === "prod" ? "Enabled" : "Disabled",
      minimumTlsVersion: "1.2",
      publicNetworkAccess: "Disabled",
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
      encryption: {
        customerManagedKeyEncryption: {
          keyEncryptionKeyUrl: keyVersionUri,
          keyEncryptionKeyIdentity: {
            identityType: "userAssignedIdentity",
            userAssignedIdentityResourceId: identityId,
          },
        },
      },
    },
    { ...child, ...kept(place), customTimeouts: { create: "1h", delete: "1h" } },
  );
  const where = { resourceGroupName: home.resourceGroup, clusterName: redis.name };
  const database = new Database(
    name,
    {
      ...where,
      // The one name that there may be.
      databaseName: "default",
      port,
      clientProtocol: "Encrypted",
      // Scripts and transactions touch keys of one service in any slot.
      clusteringPolicy: "NoCluster",
      evictionPolicy: "VolatileLRU",
      accessKeysAuthentication: "Enabled",
    },
    { ...child, ...kept(place) },
  );
  const endpoint = privateEndpoint(name, home, { service: "redis", id: redis.id }, child);
  lock(name, args, redis, [database, endpoint], child);
  const keys = listDatabaseKeysOutput({ ...where, databaseName: database.name }, child);
  return {
    // Who is told the host waits until it leads somewhere.
    host: pulumi.all([redis.hostName, endpoint.urn]).apply(([host]) => host),
    port,
    username: "default",
    password: pulumi.secret(keys.primaryKey),
    tls: "public",
  };
}
