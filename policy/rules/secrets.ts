import { inContainers, podKinds, podOf } from "../pods.ts";
import { entriesOf, listOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";
import { isReference, namesSecret, secretsIn } from "./secret-names.ts";

const bySecret = "Put it into a Secret and refer to it.";

export const environmentHasNoSecrets: ResourceRule = {
  name: "environment-has-no-secrets",
  says: "A secret reaches a container by reference to a Secret, never as a value or an argument.",
  remedy: "Put it into a Secret and refer to it by valueFrom.secretKeyRef or envFrom.",
  about: podKinds,
  faultsOf: (resource) =>
    inContainers(resource, ({ props }) => [
      ...listOf(props.env)
        .filter(({ name, value }) => isSecretValue(name, value))
        .map(({ name }) => `has the value of ${name} in clear`),
      ...[...listOf(props.command), ...listOf(props.args)]
        .filter((argument) => typeof argument === "string")
        .flatMap(secretsIn)
        .map((what) => `has ${what} among its arguments`),
    ]),
};

export const annotationsHaveNoSecrets: ResourceRule = {
  name: "annotations-have-no-secrets",
  says: "Annotations hold no secrets; what the sidecar is told as `dapr.io/env` is one.",
  remedy: "Put it into a Secret; for a sidecar name it in dapr.io/env-from-secret.",
  about: podKinds,
  faultsOf: (resource) => {
    const annotations = {
      ...resource.props.metadata?.annotations,
      ...podOf(resource)?.metadata.annotations,
    };
    const inEnv = String(annotations["dapr.io/env"] ?? "")
      .split(",")
      .map((pair) => pair.split(/=(.*)/s))
      .filter(([name = "", value]) => isSecretValue(name.trim(), value))
      .map(([name]) => `gives its sidecar the value of ${name} in clear`);
    const others = entriesOf(annotations)
      // What the sidecar takes from Secrets is a list of their names.
      .filter(([key, value]) => !key.startsWith("dapr.io/env") && typeof value === "string")
      .flatMap(([key, value]) => secretsIn(value).map((what) => `has ${what} in ${key}`));
    return [...inEnv, ...others];
  },
};

export const configMapsHaveNoSecrets: ResourceRule = {
  name: "config-maps-have-no-secrets",
  says: "Config maps hold no passwords, tokens or private keys.",
  remedy: bySecret,
  about: ["core/ConfigMap"],
  faultsOf: ({ props }) =>
    entriesOf(props.data).flatMap(([key, value]) => {
      if (typeof value !== "string") return [];
      const found = isSecretByName(key, value) ? ["a secret by its name"] : secretsIn(value);
      return found.map((what) => `has ${what} under ${key}`);
    }),
};

export const customResourcesHaveNoSecrets: ResourceRule = {
  name: "custom-resources-have-no-secrets",
  says: "What operators are told refers to Secrets and never holds what is in them.",
  remedy: bySecret,
  about: "custom",
  faultsOf: ({ props, secretPaths }) => [
    ...secretSettings(props.spec, "spec").map((path) => `has a secret as ${path}`),
    ...[...(secretPaths ?? [])].map((path) => `is given a secret of the engine as ${path}`),
  ],
};

export const chartValuesHaveNoSecrets: ResourceRule = {
  name: "chart-values-have-no-secrets",
  says: "The values of a chart refer to Secrets and never hold what is in them.",
  remedy: "Make a Secret and give the chart its name (existingSecret or what the chart calls it).",
  about: ["helm.sh/Chart", "helm.sh/Release"],
  faultsOf: ({ props, secretPaths }) => [
    ...secretSettings(props.values, "values").map((path) => `has a secret as ${path}`),
    ...[...(secretPaths ?? [])]
      .filter((path) => /^values\b/.test(path))
      .map((path) => `is given a secret of the engine as ${path}`),
  ],
};

export const daprComponentsReferToSecrets: ResourceRule = {
  name: "dapr-components-refer-to-secrets",
  says: "Components of Dapr take passwords from a secret store or the sidecar's environment.",
  remedy: "Use secretKeyRef or envRef instead of value.",
  about: ["dapr.io/Component"],
  faultsOf: ({ props }) =>
    listOf(props.spec?.metadata)
      .filter(({ name, value }) => isSecretValue(name, value))
      .map(({ name }) => `has the value of ${name} in clear`),
};

/** Only a recording tells: the SDK of policies gives all values in clear. */
export const secretsAreEncrypted: ResourceRule = {
  name: "secrets-are-encrypted",
  says: "What a Secret holds is a secret to the engine too, so that the state has it encrypted.",
  remedy: "Wrap it: pulumi.secret().",
  about: ["core/Secret"],
  faultsOf: ({ props, secretPaths }) => {
    if (secretPaths === undefined) return [];
    return ["data", "stringData"].flatMap((part) =>
      secretPaths.has(part)
        ? []
        : entriesOf(props[part])
            .filter(([key]) => !secretPaths.has(`${part}.${key}`))
            .map(([key]) => `has ${key} in clear in the state`),
    );
  },
};

const isSecretValue = (name: unknown, value: unknown): boolean =>
  typeof value === "string" && (isSecretByName(String(name), value) || secretsIn(value).length > 0);

const isSecretByName = (name: string, value: string): boolean =>
  namesSecret(name) && !isReference(value);

/** Paths of secrets in what a chart or an operator is told; as `secret: x` they name a Secret. */
function secretSettings(value: unknown, path: string, above = ""): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => secretSettings(inner, `${path}.${index}`, above));
  }
  return entriesOf(value).flatMap(([key, inner]) => {
    const name = key === "value" || key === "inline" ? above : key;
    if (name !== "secret" && isSecretValue(name, inner)) return [`${path}.${key}`];
    return secretSettings(inner, `${path}.${key}`, name);
  });
}
