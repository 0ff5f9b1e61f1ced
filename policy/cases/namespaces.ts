import type { Cases } from "./case.ts";
import { object } from "./case.ts";

const namespace = (name: string, level: string | undefined) =>
  object("core/v1:Namespace", name, {
    metadata: { namespace: undefined, labels: { "pod-security.kubernetes.io/enforce": level } },
  });

const role = (rule: object) =>
  object("rbac.authorization.k8s.io/v1:Role", "role", { rules: [rule] });

export const namespaceCases: Cases = {
  "namespaces-are-restricted": {
    rejects: [
      {
        when: "there is no level",
        resources: [namespace("todo", undefined)],
        says: "Namespace todo lets pods run in whatever way they like",
      },
      {
        when: "the level is lower",
        resources: [namespace("todo", "baseline")],
        says: "only to the level baseline",
      },
      {
        when: "a program of others is given more than it needs",
        resources: [namespace("dapr-system", "privileged")],
        says: "only to the level privileged",
      },
      {
        when: "the level is none that exists",
        resources: [namespace("todo", "strict")],
        says: "only to the level strict",
      },
    ],
    accepts: [
      { when: "the level is restricted", resources: [namespace("todo", "restricted")] },
      {
        when: "a program of others needs less",
        resources: [namespace("dapr-system", "baseline")],
      },
    ],
  },
  "rights-are-narrow": {
    rejects: [
      {
        when: "all verbs are allowed",
        resources: [role({ apiGroups: [""], resources: ["pods"], verbs: ["*"] })],
        says: "Role todo/role allows all verbs",
      },
      {
        when: "every Secret is allowed",
        resources: [role({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] })],
        says: "allows the use of every Secret",
      },
      {
        when: "someone is made an administrator",
        resources: [
          object("rbac.authorization.k8s.io/v1:ClusterRoleBinding", "all", {
            roleRef: { kind: "ClusterRole", name: "cluster-admin" },
          }),
        ],
        says: "gives away the role cluster-admin",
      },
    ],
    accepts: [
      {
        when: "what is allowed is named",
        resources: [
          role({ apiGroups: [""], resources: ["pods"], verbs: ["list"] }),
          role({ apiGroups: [""], resources: ["secrets"], resourceNames: ["one"], verbs: ["get"] }),
        ],
      },
    ],
  },
};
