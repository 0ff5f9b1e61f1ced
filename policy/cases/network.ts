import type { Cases } from "./case.ts";
import { chart, deployment, fromChart, object, selector } from "./case.ts";

const both = ["Ingress", "Egress"];
const policy = (name: string, spec: object) =>
  object("networking.k8s.io/v1:NetworkPolicy", name, { spec });
const denyAll = policy("default-deny", { podSelector: {}, policyTypes: both });
const ofBackend = (policyTypes: string[]) =>
  policy("backend", { podSelector: selector, policyTypes });
const kafka = object("kafka.strimzi.io/v1:Kafka", "kafka", {});

export const networkCases: Cases = {
  "namespaces-deny-by-default": {
    rejects: [
      {
        when: "there is no policy for all",
        resources: [deployment(), ofBackend(both)],
        says: "Deployment todo/backend is in the namespace todo, where all may talk to all",
      },
      {
        when: "one direction is open",
        resources: [deployment(), policy("a", { podSelector: {}, policyTypes: ["Ingress"] })],
        says: "where all may talk to all",
      },
      {
        when: "the policy for all lets everyone in",
        resources: [
          deployment(),
          policy("a", { podSelector: {}, policyTypes: both, ingress: [{}] }),
        ],
        says: "where all may talk to all",
      },
      {
        when: "an operator makes the pods",
        resources: [kafka],
        says: "Kafka todo/kafka is in the namespace todo",
      },
    ],
    accepts: [
      { when: "nothing is allowed to all", resources: [deployment(), kafka, denyAll] },
      {
        when: "the namespace is a chart's",
        resources: [deployment(), chart("prometheus", { namespace: "todo" })],
      },
    ],
  },
  "pods-have-a-network-policy": {
    rejects: [
      {
        when: "only the policy for all selects it",
        resources: [deployment(), denyAll],
        says: "has no network policy of its own for Ingress and Egress",
      },
      {
        when: "one direction is not spoken of",
        resources: [deployment(), ofBackend(["Ingress"])],
        says: "has no network policy of its own for Egress",
      },
      {
        when: "the policy is in another namespace",
        resources: [
          deployment(),
          object("networking.k8s.io/v1:NetworkPolicy", "backend", {
            metadata: { namespace: "other" },
            spec: { podSelector: selector, policyTypes: both },
          }),
        ],
        says: "has no network policy of its own",
      },
    ],
    accepts: [
      { when: "a policy is about it", resources: [deployment(), denyAll, ofBackend(both)] },
      { when: "it is a chart's", resources: [fromChart(deployment())] },
    ],
  },
  "network-policies-name-their-peers": {
    rejects: [
      {
        when: "nobody is named",
        resources: [policy("a", { ingress: [{ ports: [{ port: 80 }] }] })],
        says: "NetworkPolicy todo/a lets in everyone",
      },
      {
        when: "every address is named",
        resources: [policy("a", { ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })],
        says: "lets in every address (0.0.0.0/0)",
      },
      {
        when: "everything may go out",
        resources: [policy("a", { egress: [{}] })],
        says: "lets out to everywhere",
      },
    ],
    accepts: [
      {
        when: "peers or ports are named",
        resources: [
          denyAll,
          policy("a", {
            ingress: [{ from: [{ podSelector: selector }] }],
            egress: [{ ports: [{ port: 5432 }] }],
          }),
        ],
      },
    ],
  },
};
