import type { Cases } from "./case.ts";
import { deployment, dev, object, prod, selector } from "./case.ts";

const scaledObject = (changes: object = {}) =>
  object("keda.sh/v1alpha1:ScaledObject", "backend", {
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "backend" },
      minReplicaCount: 1,
      maxReplicaCount: 3,
      triggers: [{ type: "kafka", metadata: { topic: "task-events" } }],
      ...changes,
    },
  });
const budget = object("policy/v1:PodDisruptionBudget", "backend", { spec: { selector } });
const topic = object("kafka.strimzi.io/v1:KafkaTopic", "task-events", { spec: { partitions: 3 } });
const replicas = (count: number) => deployment({ spec: { replicas: count } });
const notSpread = { topologySpreadConstraints: undefined };

export const workloadCases: Cases = {
  "servers-are-probed": {
    rejects: [
      {
        when: "nobody asks whether it is ready",
        resources: [deployment({ container: { readinessProbe: undefined } })],
        says: "container backend has no readinessProbe",
      },
      {
        when: "nobody asks whether it lives",
        resources: [deployment({ container: { livenessProbe: undefined } })],
        says: "has no livenessProbe",
      },
    ],
    accepts: [
      { when: "both are asked", resources: [deployment()] },
      {
        when: "it only prepares",
        resources: [deployment({ pod: { initContainers: [{ name: "wait" }] } })],
      },
    ],
  },
  "containers-say-what-they-take": {
    rejects: [
      {
        when: "a limit is missing",
        resources: [deployment({ container: { resources: { limits: undefined } } })],
        says: "container backend has no limit of memory",
      },
      {
        when: "no processor time is asked for",
        resources: [deployment({ container: { resources: { requests: { cpu: undefined } } } })],
        says: "asks for no cpu",
      },
      {
        when: "the sidecar says nothing",
        resources: [deployment({ annotations: { "dapr.io/sidecar-memory-limit": undefined } })],
        says: "has a sidecar that has no limit of memory",
      },
      {
        when: "an operator is not told",
        resources: [
          object("postgresql.cnpg.io/v1:Cluster", "postgres", {
            spec: { resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } } },
          }),
        ],
        says: "Cluster todo/postgres asks for no memory",
      },
    ],
    accepts: [{ when: "all is said", resources: [deployment()] }],
  },
  "replicas-are-spread": {
    rejects: [
      {
        when: "a scaled service says nothing of nodes",
        resources: [deployment({ pod: notSpread }), scaledObject()],
        settings: prod,
        says: "may have all its replicas on one node",
      },
      {
        when: "a service of two says nothing of nodes",
        resources: [deployment({ pod: notSpread, spec: { replicas: 2 } })],
        settings: prod,
        says: "may have all its replicas on one node",
      },
    ],
    accepts: [
      { when: "replicas stand apart", resources: [replicas(2)], settings: prod },
      {
        when: "there is one replica",
        resources: [
          deployment({ pod: notSpread }),
          deployment({ pod: notSpread, spec: { replicas: 1 }, name: "one" }),
        ],
        settings: prod,
      },
      {
        when: "there is one node, in dev",
        resources: [deployment({ pod: notSpread, spec: { replicas: 2 } })],
        settings: dev,
      },
    ],
  },
  "rollouts-lose-nothing": {
    rejects: [
      {
        when: "all pods go before the new ones come",
        resources: [deployment({ spec: { strategy: { type: "Recreate" } } })],
        says: "is replaced all at once (Recreate)",
      },
      {
        when: "a quarter of the pods may be away",
        resources: [deployment({ spec: { strategy: undefined } })],
        says: "is replaced with up to 25% of its pods away",
      },
    ],
    accepts: [{ when: "the new pod comes first", resources: [deployment()] }],
  },
  "no-replicas-beside-a-scaler": {
    rejects: [
      {
        when: "KEDA decides",
        resources: [replicas(2), scaledObject()],
        says: "Deployment todo/backend takes back what ScaledObject todo/backend decides",
      },
      {
        when: "Kubernetes' own scaler decides",
        resources: [
          replicas(2),
          object("autoscaling/v2:HorizontalPodAutoscaler", "a", {
            spec: { scaleTargetRef: { kind: "Deployment", name: "backend" } },
          }),
        ],
        says: "takes back what HorizontalPodAutoscaler todo/a decides",
      },
    ],
    accepts: [
      { when: "nobody else decides", resources: [replicas(2)] },
      { when: "the workload says nothing", resources: [deployment(), scaledObject()] },
      {
        when: "the scaler is another one's",
        resources: [replicas(2), scaledObject({ scaleTargetRef: { name: "audit" } })],
      },
    ],
  },
  "scalers-end-at-the-partitions": {
    rejects: [
      {
        when: "there would be idle consumers",
        resources: [topic, scaledObject({ maxReplicaCount: 4 })],
        says: "ScaledObject todo/backend goes up to 4, with 3 partitions to share",
      },
      {
        when: "nothing is said, which is a hundred",
        resources: [topic, scaledObject({ maxReplicaCount: undefined })],
        says: "goes up to 100",
      },
    ],
    accepts: [
      { when: "each consumer has a partition", resources: [topic, scaledObject()] },
      {
        when: "requests are followed too",
        resources: [
          topic,
          scaledObject({
            maxReplicaCount: 10,
            triggers: [{ type: "kafka", metadata: { topic: "task-events" } }, { type: "cpu" }],
          }),
        ],
      },
    ],
  },
  "replicas-survive-a-drain": {
    rejects: [
      {
        when: "two replicas have no budget",
        resources: [replicas(2)],
        says: "Deployment todo/backend may lose all its replicas to one drain",
      },
      {
        when: "a scaler keeps two",
        resources: [deployment(), scaledObject({ minReplicaCount: 2 })],
        says: "may lose all its replicas",
      },
    ],
    accepts: [
      { when: "there is a budget", resources: [replicas(2), budget] },
      { when: "there is one replica", resources: [replicas(1)] },
    ],
  },
};
