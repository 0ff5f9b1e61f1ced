import { listOf, nameOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

const levels = ["restricted", "baseline", "privileged"];

/** Namespaces of others' programs that cannot live with `restricted`, and the least they need. */
const needs: Readonly<Record<string, string>> = {
  // Its chart says nothing of capabilities for some of its programs.
  "dapr-system": "baseline",
  // The proxies that the controller makes are shaped by it.
  "envoy-gateway-system": "baseline",
};

export const namespacesAreRestricted: ResourceRule = {
  name: "namespaces-are-restricted",
  says: "Every namespace holds its pods to the level `restricted` of pod security.",
  remedy: 'Label it pod-security.kubernetes.io/enforce: "restricted", as namespaceObject() does.',
  about: ["core/Namespace"],
  whose: "everyone's",
  exceptions: true,
  faultsOf: (resource) => {
    const least = needs[nameOf(resource)] ?? "restricted";
    const level = resource.props.metadata?.labels?.["pod-security.kubernetes.io/enforce"];
    if (level === undefined) return ["lets pods run in whatever way they like"];
    const isEnough = levels.includes(level) && levels.indexOf(level) <= levels.indexOf(least);
    return isEnough ? [] : [`holds its pods only to the level ${level}`];
  },
};

export const rightsAreNarrow: ResourceRule = {
  name: "rights-are-narrow",
  says: "Roles name what they allow, and nobody is made an administrator of the cluster.",
  remedy: "List the verbs, resources and Secrets that are needed.",
  about: [
    "rbac.authorization.k8s.io/Role",
    "rbac.authorization.k8s.io/ClusterRole",
    "rbac.authorization.k8s.io/RoleBinding",
    "rbac.authorization.k8s.io/ClusterRoleBinding",
  ],
  exceptions: true,
  faultsOf: ({ props }) => {
    const administrators = ["cluster-admin", "admin", "edit"];
    const role = props.roleRef?.name;
    return [
      ...(administrators.includes(role) ? [`gives away the role ${role}`] : []),
      ...listOf(props.rules).flatMap((rule) => [
        ...["verbs", "resources", "apiGroups"]
          .filter((list) => listOf(rule[list]).includes("*"))
          .map((list) => `allows all ${list}`),
        ...(listOf(rule.resources).includes("secrets") && listOf(rule.resourceNames).length === 0
          ? ["allows the use of every Secret"]
          : []),
      ]),
    ];
  },
};
