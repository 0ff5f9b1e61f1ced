import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** What compose.yaml takes from .env, and where the same is in the configuration of the stack. */
export const composePasswords = {
  KAFKA_PASSWORD: "external.kafka.password",
  POSTGRES_PASSWORD: "external.postgres.password",
  REDIS_PASSWORD: "external.redis.password",
} as const;

/**
 * Makes a file of passwords that nobody else can read, or what it lacks of these names. What is
 * there stays: servers were made with it.
 */
export function ensureEnvFile(
  file: string,
  names: readonly string[],
): { readonly made: readonly string[]; readonly passwords: Readonly<Record<string, string>> } {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const there = parseEnv(text);
  const made = names.filter((name) => !there[name]);
  if (made.length > 0) {
    const lines = made.map((name) => `${name}=${randomBytes(24).toString("base64url")}\n`);
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    appendFileSync(file, `${gap}${lines.join("")}`, { mode: 0o600 });
  }
  chmodSync(file, 0o600);
  const all = parseEnv(readFileSync(file, "utf8"));
  return { made, passwords: Object.fromEntries(names.map((name) => [name, all[name] ?? ""])) };
}
