import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { componentsOf } from "#components/dapr/components.ts";
import { broken, type Check } from "./finding.ts";
import type { Thing } from "./snapshot.ts";

/** The namespace that the stack's configuration names. */
export const namespaceThere: Check = ({ namespace, namespaces }) =>
  namespaces.some(({ metadata }) => metadata.name === namespace)
    ? []
    : [
        broken(
          `Namespace ${namespace}`,
          "it does not exist",
          "bring the stack up (pulumi up), or name the right stack and context",
        ),
      ];

/** A service of the contracts that is not there, or does not have the pods it should have. */
export const deployments: Check = ({ deployments: all, namespace }) =>
  appIds.flatMap((appId) => {
    const found = all.find(({ metadata }) => metadata.name === appId);
    if (!found) {
      return [
        broken(
          `Deployment ${appId}`,
          "it does not exist",
          "run pulumi up; see what pulumi preview shows",
        ),
      ];
    }
    const wanted = found.spec.replicas ?? 1;
    const available = found.status?.availableReplicas ?? 0;
    if (available >= wanted) return [];
    return [
      broken(
        `Deployment ${appId}`,
        `${available} of ${wanted} replicas are available`,
        `see its pods below, or: kubectl describe deployment ${appId} -n ${namespace}`,
      ),
    ];
  });

/** What the contracts ask of Dapr and the cluster does not have. */
export const daprObjects: Check = (snapshot) => {
  const named = (all: readonly Thing[]) => new Set(all.map(({ metadata }) => metadata.name));
  const missing = (kind: string, wanted: readonly string[], there: Set<string>) =>
    wanted
      .filter((name) => !there.has(name))
      .map((name) =>
        broken(`${kind} ${name}`, "it does not exist", "run pulumi up, then restart the services"),
      );
  const subscriptions = appIds.flatMap((appId) =>
    subscriptionsOf(contractOf(appId)).map(([topic]) => `${appId}-${topic}`),
  );
  return [
    ...missing("Component", componentNames, named(snapshot.components)),
    ...missing("Configuration", appIds, named(snapshot.configurations)),
    ...missing("Subscription", subscriptions, named(snapshot.subscriptions)),
  ];
};

// The names follow from the contracts alone; the facts only fill in values.
const componentNames: string[] = componentsOf({
  namespace: "",
  trustDomain: "",
  kafka: { brokers: "", version: "", mechanism: "SCRAM-SHA-512", tls: false },
  redis: { address: "", username: "", password: "", tls: false },
  mail: { host: "", port: 0, from: "", verified: true },
  secretStore: "kubernetes",
  tracing: { samplingRate: 0, zipkinEndpoint: undefined },
}).map(({ metadata }) => metadata.name);
