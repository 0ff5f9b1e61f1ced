import { createHash } from "node:crypto";
import { OciCacheUser } from "@pulumi/oci/redis/ociCacheUser.js";
import { RedisCluster } from "@pulumi/oci/redis/redisCluster.js";
import { RedisClusterAttachOciCacheUser } from "@pulumi/oci/redis/redisClusterAttachOciCacheUser.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { ManagedArgs, ManagedRedis } from "../managed.ts";
import type { OciCacheConfig } from "../settings/oci.ts";
import { placeOf } from "./place.ts";

const port = 6_379;
const username = "default";

/**
 * OCI Cache: an address of the cluster's network, TLS always. The user that it begins with has no
 * password; one of the same name takes its place. It takes no key of a customer.
 * Source: https://docs.oracle.com/iaas/Content/ocicache/cache-users.htm
 */
export function ociCacheRedis(
  { version, memoryGb, nodes }: OciCacheConfig,
  args: ManagedArgs<"oci">,
): ManagedRedis {
  const { home } = args;
  const { name, compartmentId, child } = placeOf("OciCache", `${args.place.namespace}-redis`, args);
  const cluster = new RedisCluster(
    name,
    {
      compartmentId,
      displayName: name,
      // One address for clients that know of no cluster.
      clusterMode: "NONSHARDED",
      softwareVersion: version,
      nodeMemoryInGbs: memoryGb,
      nodeCount: nodes ?? (args.place.size === "prod" ? 2 : 1),
      subnetId: home.servicesSubnetId,
      nsgIds: [home.servicesGuardId],
    },
    { ...child, ...kept(args.place), customTimeouts: { create: "1h", delete: "1h" } },
  );
  const password = pulumi.secret(args.password("redis"));
  const user = new OciCacheUser(
    name,
    {
      compartmentId,
      name: username,
      description: "The one user of Todo Evolution's cache",
      aclString: "allkeys allchannels +@all",
      authenticationMode: { authenticationType: "PASSWORD", hashedPasswords: [hashOf(password)] },
    },
    child,
  );
  const attached = new RedisClusterAttachOciCacheUser(
    name,
    { redisClusterId: cluster.id, ociCacheUsers: [user.id] },
    child,
  );
  return {
    // Who is told the host waits until the password counts.
    host: pulumi.all([cluster.primaryFqdn, attached.id]).apply(([host]) => host),
    port,
    username,
    password,
    tls: "public",
  };
}

/** As Redis compares it. */
const hashOf = (password: pulumi.Output<string>): pulumi.Output<string> =>
  password.apply((text) => createHash("sha256").update(text).digest("hex"));
