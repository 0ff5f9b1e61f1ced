import { createHash } from "node:crypto";
import type { AppId } from "#apps/contracts/services.ts";
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

/** The user of all sidecars. */
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

/** The services that talk to Redis themselves, each as a user of its own name. */
export const directUsers = (): AppId[] => appIds.filter((appId) => contractOf(appId).redis);

export type RedisPasswords = {
  readonly sidecars: string;
  readonly services: Readonly<Record<string, string>>;
};

/**
 * The users of Redis, a line each: none without a name; one for the sidecars, which reads and
 * writes the state of those services that declare it; and each service that talks to Redis itself,
 * with keys and channels that begin with its name. None can look at keys as a whole, empty
 * anything or change the server.
 */
export function redisUsers({ sidecars, services }: RedisPasswords): string[] {
  const states = stateKeys().map((keys) => `~${keys}`);
  return [
    "user default off",
    userLine(redisUser, sidecars, states, commands),
    ...directUsers().map((appId) =>
      userLine(
        appId,
        services[appId] ?? "",
        [`~${directKeys(appId)}`, `&${appId}:*`],
        [...commands, "+@pubsub"],
      ),
    ),
  ];
}

/** Patterns of all keys that the system has in Redis. */
export const redisKeys = (): string[] => [...stateKeys(), ...directUsers().map(directKeys)];

const stateKeys = (): string[] =>
  appIds.filter((appId) => contractOf(appId).state).map((appId) => `${appId}||*`);

const directKeys = (appId: AppId): string => `${appId}:*`;

const commands = [
  ...["+@read", "+@write", "+@connection", "+@transaction", "+@scripting"],
  ...["-@dangerous", "-@admin", "+info", "+wait", "+time", "+client|setname", "+client|setinfo"],
];

function userLine(
  name: string,
  password: string,
  reach: readonly string[],
  may: readonly string[],
): string {
  if (!password) throw new Error(`the user ${name} of Redis has no password`);
  const hash = createHash("sha256").update(password).digest("hex");
  return ["user", name, "on", `#${hash}`, "resetchannels", ...reach, ...may].join(" ");
}
