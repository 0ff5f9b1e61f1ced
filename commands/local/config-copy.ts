import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { clone, stack } from "./stack.ts";

/**
 * The options by which the engine takes the stack's configuration with these keys changed: a copy
 * of it, as `--config` would write into the committed file.
 */
export function withConfig(name: string, changes: Readonly<Record<string, unknown>>): string[] {
  const settings = parse(readFileSync(join(clone, "Pulumi.local.yaml"), "utf8"));
  for (const [key, value] of Object.entries(changes)) {
    settings.config[`todo-evolution:${key}`] = value;
  }
  mkdirSync(stack.folder, { recursive: true });
  const file = join(stack.folder, `Pulumi.${name}.yaml`);
  writeFileSync(file, stringify(settings));
  return ["--config-file", file];
}
