import type { Settings } from "./rule.ts";

/**
 * What the configuration of the stack says of itself, as the engine hands it to a policy pack.
 * A stack that says nothing is judged as one in prod.
 */
export function stackSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Partial<Settings> {
  const { PULUMI_CONFIG, PULUMI_PROJECT } = environment;
  const config: Readonly<Record<string, string>> = JSON.parse(PULUMI_CONFIG || "{}");
  const size = config[`${PULUMI_PROJECT}:size`];
  return size === "dev" || size === "prod" ? { size } : {};
}
