import * as pulumi from "@pulumi/pulumi";
import type { ImageOverrides } from "#components/images.ts";
import { imageOf } from "#components/images.ts";
import type { Place } from "#components/place.ts";
import type { Redis } from "#components/redis/redis.ts";
import type { WorkloadArgs } from "./workload.ts";

export const redisExporterName = "redis-exporter";
const caFile = "/etc/redis-ca/ca.crt";

/** Measures Redis, wherever it stands. */
export const redisExporterWorkload = (args: {
  readonly place: Place;
  readonly redis: Redis;
  readonly images: ImageOverrides;
  readonly pullSecrets: readonly string[];
}): WorkloadArgs => {
  const { tls, address, username, password } = args.redis;
  const own = typeof tls === "object" ? tls.caCertificate : undefined;
  return {
    place: args.place,
    image: imageOf("redis-exporter", args.images),
    env: {
      REDIS_ADDR: pulumi.interpolate`${tls ? "rediss" : "redis"}://${address}`,
      REDIS_USER: username,
      REDIS_PASSWORD: password,
      ...(own && { REDIS_EXPORTER_TLS_CA_CERT_FILE: caFile }),
    },
    ports: { metrics: 9_121 },
    health: { port: "metrics", path: "/health" },
    resources: { cpu: "10m", memory: "64Mi" },
    ...(own && { secretFiles: { [caFile]: own } }),
    pullSecrets: args.pullSecrets,
  };
};
