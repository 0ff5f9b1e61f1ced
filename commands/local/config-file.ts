import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { clone, stack } from "./stack.ts";

type Settings = { readonly config: Record<string, unknown> };

/** The stack's committed configuration. */
const read = (): Settings => parse(readFileSync(join(clone, "Pulumi.local.yaml"), "utf8"));

/** Whether the stack's configuration says something by this name, as `portBase`. */
export const isConfigured = (key: string): boolean => `todo-evolution:${key}` in read().config;

/**
 * The options by which the engine takes the stack's configuration with these keys changed: a copy
 * of it, as `--config` would write into the committed file.
 */
export function withConfig(name: string, changes: Readonly<Record<string, unknown>>): string[] {
  const settings = read();
  for (const [key, value] of Object.entries(changes)) {
    settings.config[`todo-evolution:${key}`] = value;
  }
  mkdirSync(stack.folder, { recursive: true });
  const file = join(stack.folder, `Pulumi.${name}.yaml`);
  writeFileSync(file, stringify(settings));
  return ["--config-file", file];
}
