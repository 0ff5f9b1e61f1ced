import { labelsOf } from "./place.ts";

export type PodSecurity = "restricted" | "baseline" | "privileged";

/** Namespaces with these labels have their pods looked at by Dapr's injector. */
export const sidecarNamespaceLabels = { "todo-evolution/sidecars": "enabled" };

/** A namespace whose pods are held to a level of pod security. */
export const namespaceObject = (
  name: string,
  podSecurity: PodSecurity,
  labels: Readonly<Record<string, string>> = {},
) => ({
  metadata: {
    name,
    labels: {
      ...labelsOf(name),
      ...labels,
      "pod-security.kubernetes.io/enforce": podSecurity,
      "pod-security.kubernetes.io/warn": podSecurity,
      "pod-security.kubernetes.io/audit": podSecurity,
    },
  },
});
