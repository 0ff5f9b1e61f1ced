import type { StackSize } from "#apps/contracts/topics.ts";
import type { OperatorChartName } from "#components/charts.ts";
import { sidecarNamespaceLabels } from "#components/namespace.ts";

/** What a cluster needs once, whatever number of stacks it carries. */
export type OperatorName = OperatorChartName;

/**
 * Whether a stack brings an operator, counts on the one that is there, or does without what it
 * gives (scaling, TLS, a gateway).
 */
export type OperatorMode = "install" | "reuse" | "none";

export type Operator = {
  readonly namespace: string;
  /** Pod security that its own pods can live with. */
  readonly podSecurity: "restricted" | "baseline" | "privileged";
  readonly values: (size: StackSize) => Readonly<Record<string, unknown>>;
};

/** How each operator is installed: its namespace and its chart's values, by size. */
export const operators: Readonly<Record<OperatorName, Operator>> = {
  dapr: {
    namespace: "dapr-system",
    podSecurity: "baseline",
    values: (size) => ({
      global: {
        logAsJson: true,
        ha: { enabled: size === "prod" },
        mtls: { enabled: true, workloadCertTTL: "24h", allowedClockSkew: "15m" },
        seccompProfile: "RuntimeDefault",
        // There are no actors, so nothing is to be placed.
        actors: { enabled: false },
      },
      dapr_sidecar_injector: {
        sidecarDropALLCapabilities: true,
        // A pod that started without its sidecar would look well and do nothing.
        webhookFailurePolicy: "Fail",
        namespaceSelector: { matchLabels: sidecarNamespaceLabels },
      },
    }),
  },
  strimzi: {
    namespace: "strimzi-system",
    podSecurity: "restricted",
    values: (size) => ({
      replicas: size === "prod" ? 2 : 1,
      watchAnyNamespace: true,
      // The network policies are ours, computed from the contracts.
      generateNetworkPolicy: false,
    }),
  },
  "redpanda-operator": {
    namespace: "redpanda-system",
    podSecurity: "restricted",
    values: (size) => ({ replicaCount: size === "prod" ? 2 : 1, crds: { enabled: true } }),
  },
  "cloudnative-pg": {
    namespace: "cnpg-system",
    podSecurity: "restricted",
    values: (size) => ({ replicaCount: size === "prod" ? 2 : 1 }),
  },
  keda: {
    namespace: "keda",
    podSecurity: "restricted",
    values: (size) => ({ operator: { replicaCount: size === "prod" ? 2 : 1 } }),
  },
  "cert-manager": {
    namespace: "cert-manager",
    podSecurity: "restricted",
    values: (size) => ({
      crds: { enabled: true },
      replicaCount: size === "prod" ? 2 : 1,
      config: {
        apiVersion: "controller.config.cert-manager.io/v1alpha1",
        kind: "ControllerConfiguration",
        enableGatewayAPI: true,
      },
    }),
  },
  "envoy-gateway": {
    namespace: "envoy-gateway-system",
    podSecurity: "baseline",
    values: (size) => ({ deployment: { replicas: size === "prod" ? 2 : 1 } }),
  },
  "external-secrets": {
    namespace: "external-secrets",
    podSecurity: "restricted",
    values: (size) => ({ replicaCount: size === "prod" ? 2 : 1, installCRDs: true }),
  },
};
