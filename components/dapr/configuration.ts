import type { AppId, ServiceContract } from "#apps/contracts/services.ts";
import { callersOf, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "./facts.ts";
import type { Manifest } from "./manifest.ts";

/**
 * The Configuration of one service's sidecar: mTLS, tracing, which of the sidecar's APIs the
 * service may use, and who may call which of its routes. Default deny; all from the contracts.
 */
export const configurationOf = (appId: AppId, facts: DaprFacts): Manifest => ({
  apiVersion: "dapr.io/v1alpha1",
  kind: "Configuration",
  metadata: { name: appId, namespace: facts.namespace },
  spec: {
    mtls: {
      enabled: true,
      ...(facts.controlPlane && {
        controlPlaneTrustDomain: facts.controlPlane.trustDomain,
        sentryAddress: facts.controlPlane.sentryAddress,
      }),
    },
    metric: { enabled: true },
    tracing: {
      samplingRate: String(facts.tracing.samplingRate),
      ...(facts.tracing.zipkinEndpoint && {
        zipkin: { endpointAddress: facts.tracing.zipkinEndpoint },
      }),
    },
    api: { allowed: allowedApis(contractOf(appId)) },
    accessControl: {
      defaultAction: "deny",
      trustDomain: facts.trustDomain,
      policies: callersOf(appId).map(({ caller, invocations }) => ({
        appId: caller,
        defaultAction: "deny",
        trustDomain: facts.trustDomain,
        namespace: facts.namespace,
        operations: invocations.map(({ method, path }) => ({
          name: path,
          httpVerb: [method],
          action: "allow",
        })),
      })),
    },
    ...(facts.nameResolution && {
      nameResolution: { ...facts.nameResolution, version: "v1" },
    }),
  },
});

type AllowedApi = { name: string; version: string; protocol: "http" };

/** The sidecar's APIs that a service may use; with one on the list, all others are refused. */
function allowedApis(contract: ServiceContract): AllowedApi[] {
  const http = (name: string, version: string): AllowedApi => ({ name, version, protocol: "http" });
  const publishes = contract.publishes.length > 0 || subscriptionsOf(contract).length > 0;
  return [
    http("healthz", "v1"),
    // Dapr's client asks for it before its first call.
    http("metadata", "v1"),
    ...(publishes ? [http("publish", "v1")] : []),
    ...(contract.publishes.length > 0 ? [http("publish", "v1alpha1")] : []),
    ...(Object.keys(contract.invokes).length > 0 ? [http("invoke", "v1")] : []),
    ...(contract.state ? [http("state", "v1")] : []),
    ...(contract.bindings?.length ? [http("bindings", "v1")] : []),
    ...(contract.jobs ? [http("jobs", "v1alpha1")] : []),
  ];
}
