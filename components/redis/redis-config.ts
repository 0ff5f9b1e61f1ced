import { createHash } from "node:crypto";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { RedisTuning } from "./tuning.ts";

/** Where the pod finds what. */
export const redisFiles = {
  config: "/etc/redis/redis.conf",
  acl: "/etc/redis-acl/users.acl",
  tls: "/etc/redis-tls",
  data: "/data",
} as const;

export const redisPort = 6_379;

/** The one user, which all sidecars share. */
export const redisUser = "todo";

/** redis.conf; nothing in it is secret. */
export function redisConfig(tuning: RedisTuning, tls: boolean): string {
  const settings: readonly (readonly [string, string | number])[] = [
    ["port", tls ? 0 : redisPort],
    ...(tls
      ? ([
          ["tls-port", redisPort],
          ["tls-cert-file", `${redisFiles.tls}/tls.crt`],
          ["tls-key-file", `${redisFiles.tls}/tls.key`],
          ["tls-ca-cert-file", `${redisFiles.tls}/ca.crt`],
          // Clients show who they are by password.
          ["tls-auth-clients", "no"],
        ] as const)
      : []),
    ["aclfile", redisFiles.acl],
    ["dir", redisFiles.data],
    ["appendonly", "yes"],
    ["appendfsync", tuning.fsync],
    // The log of writes is the one truth; snapshots beside it would only cost.
    ["save", '""'],
    ["maxmemory", `${tuning.maxMemoryMiB}mb`],
    // What was written to expire may go early; what was not is refused rather than lost.
    ["maxmemory-policy", "volatile-lru"],
    ["maxclients", tuning.maxClients],
    ["tcp-keepalive", tuning.keepAliveSeconds],
    ["timeout", 0],
  ];
  return `${settings.map((setting) => setting.join(" ")).join("\n")}\n`;
}

/**
 * The users of Redis: none without a name, and one that reads and writes the keys of the services
 * that declare state. It cannot look at keys as a whole, empty anything or change the server.
 */
export function redisAcl(password: string): string {
  const keys = appIds.filter((appId) => contractOf(appId).state).map((appId) => `~${appId}||*`);
  const commands = [
    ...["+@read", "+@write", "+@connection", "+@transaction", "+@scripting"],
    ...["-@dangerous", "-@admin", "+info", "+wait", "+client|setname", "+client|setinfo"],
  ];
  const hash = createHash("sha256").update(password).digest("hex");
  return [
    "user default off",
    ["user", redisUser, "on", `#${hash}`, "resetchannels", ...keys, ...commands].join(" "),
    "",
  ].join("\n");
}
