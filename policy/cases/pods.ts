import type { Cases } from "./case.ts";
import { deployment, fromChart, object } from "./case.ts";

const own = (changes: object) => ({ container: { securityContext: changes } });
const job = (spec: object) =>
  object("batch/v1:CronJob", "sweep", {
    spec: { jobTemplate: { spec: { template: { spec } } } },
  });

export const podCases: Cases = {
  "pods-run-unprivileged": {
    rejects: [
      {
        when: "nothing is said of the user",
        resources: [deployment({ pod: { securityContext: { runAsNonRoot: undefined } } })],
        says: "container backend may run as root",
      },
      {
        when: "the user is root",
        resources: [deployment(own({ runAsUser: 0 }))],
        says: "runs as root (runAsUser: 0)",
      },
      {
        when: "there is no seccomp profile",
        resources: [deployment({ pod: { securityContext: { seccompProfile: undefined } } })],
        says: "has no seccomp profile",
      },
      {
        when: "a container is privileged",
        resources: [deployment(own({ privileged: true }))],
        says: "container backend is privileged",
      },
      {
        when: "privileges may be gained",
        resources: [deployment(own({ allowPrivilegeEscalation: undefined }))],
        says: "may gain privileges",
      },
      {
        when: "capabilities are kept",
        resources: [deployment(own({ capabilities: { drop: ["NET_RAW"] } }))],
        says: "keeps capabilities",
      },
      {
        when: "a capability is added",
        resources: [deployment(own({ capabilities: { add: ["SYS_ADMIN"] } }))],
        says: "adds the capabilities SYS_ADMIN",
      },
      {
        when: "the root file system can be written",
        resources: [deployment(own({ readOnlyRootFilesystem: false }))],
        says: "Deployment todo/backend container backend may write to its root file system. Give",
      },
    ],
    accepts: [
      { when: "everything is closed", resources: [deployment()] },
      {
        when: "it comes with a chart",
        resources: [fromChart(deployment(own({ privileged: true })))],
      },
      {
        when: "only the capability of low ports is added",
        resources: [deployment(own({ capabilities: { add: ["NET_BIND_SERVICE"] } }))],
      },
    ],
  },
  "pods-keep-off-their-node": {
    rejects: [
      {
        when: "a pod uses the network of its node",
        resources: [deployment({ pod: { hostNetwork: true } })],
        says: "uses its node's own (hostNetwork)",
      },
      {
        when: "a pod sees the processes of its node",
        resources: [deployment({ pod: { hostPID: true } })],
        says: "(hostPID)",
      },
      {
        when: "a scheduled pod mounts a folder of its node",
        resources: [job({ volumes: [{ name: "run", hostPath: { path: "/run" } }] })],
        says: "CronJob todo/sweep mounts /run of its node as volume run",
      },
    ],
    accepts: [
      {
        when: "its volumes are its own",
        resources: [deployment({ pod: { volumes: [{ name: "tmp", emptyDir: {} }] } })],
      },
    ],
  },
  "tokens-are-not-mounted": {
    rejects: [
      {
        when: "a pod says nothing of it",
        resources: [deployment({ pod: { automountServiceAccountToken: undefined } })],
        says: "brings a token of the API server",
      },
      {
        when: "an account says nothing of it",
        resources: [object("core/v1:ServiceAccount", "backend", {})],
        says: "ServiceAccount todo/backend brings a token",
      },
      {
        when: "the exception has no reason",
        resources: [
          object("core/v1:ServiceAccount", "backend", {
            metadata: { annotations: { "todo-evolution/except-tokens-are-not-mounted": " " } },
          }),
        ],
        says: "brings a token",
      },
    ],
    accepts: [
      { when: "a pod has none", resources: [deployment()] },
      {
        when: "an account says why it needs one",
        resources: [
          object("core/v1:ServiceAccount", "collector", {
            metadata: {
              annotations: { "todo-evolution/except-tokens-are-not-mounted": "reads pods' names" },
            },
          }),
        ],
      },
    ],
  },
};
