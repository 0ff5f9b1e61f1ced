import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";

/**
 * Makes a file of passwords that nobody else can read, or what it lacks of these names. What is
 * there stays: servers were made with it.
 */
export function ensureEnvFile(
  file: string,
  names: readonly string[],
): { readonly made: readonly string[] } {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const there = parseEnv(text);
  const made = names.filter((name) => !there[name]);
  if (made.length > 0) {
    const lines = made.map((name) => `${name}=${randomBytes(24).toString("base64url")}\n`);
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    appendFileSync(file, `${gap}${lines.join("")}`, { mode: 0o600 });
  }
  chmodSync(file, 0o600);
  return { made };
}

/** Gives a name this value, on its own line, or with undefined takes the line away; others stay. */
export function setInEnvFile(file: string, name: string, value: string | undefined): void {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const others = text.split("\n").filter((line) => line !== "" && !line.startsWith(`${name}=`));
  const lines = value === undefined ? others : [...others, `${name}=${value}`];
  if (text === "" && lines.length === 0) return;
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
}
