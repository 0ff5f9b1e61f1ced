import { configCommand } from "#components/config-command.ts";
import type { OperatorMode, OperatorName } from "#components/platform/operators.ts";
import { operators } from "#components/platform/operators.ts";
import type { KubernetesConfig } from "./config.ts";

type Chosen = Pick<
  KubernetesConfig,
  "platform" | "kafka" | "postgres" | "redis" | "ingress" | "secrets"
>;

/**
 * What becomes of each operator: one that nothing in the stack has a use for is left out, what the
 * cloud offers is reused, and what the configuration says of one comes first.
 */
export function operatorModes(
  config: Chosen,
  offered: readonly OperatorName[],
): Record<OperatorName, OperatorMode> {
  const { kafka, postgres, redis, ingress, platform, secrets } = config;
  const needed: Record<OperatorName, boolean> = {
    dapr: true,
    keda: true,
    strimzi: kafka.engine === "strimzi",
    "redpanda-operator": kafka.engine === "redpanda",
    "cloudnative-pg": postgres.engine === "cloudnative-pg",
    "cert-manager": ingress.enabled || (redis.engine === "cluster" && redis.tls),
    "envoy-gateway": ingress.enabled,
    "external-secrets": secrets.store === "oci-vault",
  };
  const modeOf = (name: OperatorName): OperatorMode => {
    if (platform.operators[name]) return platform.operators[name];
    if (!needed[name]) return "none";
    return platform.mode === "shared" || offered.includes(name) ? "reuse" : "install";
  };
  const names = Object.keys(operators) as OperatorName[];
  return Object.fromEntries(names.map((name) => [name, modeOf(name)])) as Record<
    OperatorName,
    OperatorMode
  >;
}

/** Operators that the stack cannot do without and that the configuration rules out, with a remedy. */
export function missingOperators(
  config: Chosen,
  modes: Readonly<Record<OperatorName, OperatorMode>>,
): string[] {
  const { kafka, postgres, redis, ingress, secrets } = config;
  const uses: [OperatorName, boolean, string][] = [
    ["dapr", true, "every service has a sidecar"],
    ["strimzi", kafka.engine === "strimzi", "kafka.engine is strimzi"],
    ["redpanda-operator", kafka.engine === "redpanda", "kafka.engine is redpanda"],
    ["cloudnative-pg", postgres.engine === "cloudnative-pg", "postgres.engine is cloudnative-pg"],
    ["cert-manager", ingress.enabled, "ingress.enabled is true"],
    ["cert-manager", redis.engine === "cluster" && redis.tls, "redis.tls is true"],
    ["external-secrets", secrets.store === "oci-vault", "secrets.store is oci-vault"],
  ];
  return uses
    .filter(([name, used]) => used && modes[name] === "none")
    .map(
      ([name, , why]) =>
        `Configuration key platform.operators.${name} is "none", but ${why}. ` +
        `Set it: ${configCommand(`set --path platform.operators.${name} install`)}`,
    );
}
