import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** What compose.yaml takes from .env, and the key of the configuration that it stands for. */
export const composePasswords = {
  KAFKA_PASSWORD: "external.kafka.password",
  POSTGRES_PASSWORD: "external.postgres.password",
  REDIS_PASSWORD: "external.redis.password",
} as const;

/** The line of .env by which the local stack uses servers that stand elsewhere. */
export const servicesLine = { name: "LOCAL_STACK_SERVICES", value: "external" } as const;

export type EnvFile = Readonly<Record<string, string | undefined>>;

/** What is in .env, which is of one clone and never committed; nothing where it is not there. */
export function readEnvFile(clone: string): EnvFile {
  const file = join(clone, ".env");
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}

/** The configuration of a local stack with what .env says; what the configuration itself says counts. */
export function withEnvFile(
  given: Readonly<Record<string, unknown>>,
  env: EnvFile,
): Readonly<Record<string, unknown>> {
  const services = given.services ?? env[servicesLine.name];
  const { external = {} } = given;
  if (given.target !== "local" || services === undefined) return given;
  if (services !== "external" || !isMap(external)) return { ...given, services };
  const filled = Object.entries(composePasswords).flatMap(([name, key]) => {
    const [, server = ""] = key.split(".");
    const { [server]: own = {} } = external;
    return env[name] && isMap(own) ? [[server, { password: env[name], ...own }]] : [];
  });
  const all = { ...external, ...Object.fromEntries(filled) };
  return { ...given, services, ...(Object.keys(all).length > 0 && { external: all }) };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
