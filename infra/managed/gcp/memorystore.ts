import { Instance } from "@pulumi/gcp/redis/instance.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { ManagedArgs, ManagedRedis } from "../managed.ts";
import type { MemorystoreConfig } from "../settings/google.ts";

// Of instances with TLS: https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption
const port = 6_378;

/**
 * Memorystore for Redis: an address in the cluster's network only, TLS with an authority of its own,
 * a password, a copy in another zone. Its certificate names the address, as Google's own sample has
 * it: https://cloud.google.com/memorystore/docs/redis/in-transit-encryption-code-sample
 */
export function memorystoreRedis(
  { memoryGb }: MemorystoreConfig,
  args: ManagedArgs<"gcp">,
): ManagedRedis {
  const { home, place } = args;
  const name = `${place.namespace}-redis`;
  const parts = new pulumi.ComponentResource("todo:managed:Memorystore", name);
  const redis = new Instance(
    name,
    {
      project: home.project,
      region: home.region,
      tier: place.size === "prod" ? "STANDARD_HA" : "BASIC",
      memorySizeGb: memoryGb,
      redisVersion: "REDIS_7_2",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      authorizedNetwork: home.networkId,
      customerManagedKey: home.keyId,
      deletionProtection: place.keepData,
      redisConfigs: { "maxmemory-policy": "volatile-lru" },
      persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "TWELVE_HOURS" },
      maintenancePolicy: {
        weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 2, minutes: 0 } }],
      },
    },
    {
      parent: parts,
      ...kept(place),
      additionalSecretOutputs: ["authString"],
      customTimeouts: { create: "1h", update: "1h", delete: "1h" },
    },
  );
  return {
    host: redis.host,
    port,
    username: "default",
    password: pulumi.secret(redis.authString),
    // More than one while a new authority takes over from the old.
    tls: { ca: redis.serverCaCerts.apply((all) => all.map(({ cert }) => cert).join("\n")) },
  };
}
