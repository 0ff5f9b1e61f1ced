import type { Cases } from "./case.ts";
import { chart, deployment, fromChart, object } from "./case.ts";

const service = (spec: object) => object("core/v1:Service", "backend", { spec });
const gateway = (listeners: object[]) =>
  object("gateway.networking.k8s.io/v1:Gateway", "todo", { spec: { listeners } });
const route = (sectionName: string | undefined, rule: object) =>
  object("gateway.networking.k8s.io/v1:HTTPRoute", "backend", {
    spec: { parentRefs: [{ name: "todo", ...(sectionName && { sectionName }) }], rules: [rule] },
  });

const http = { name: "http", port: 80, protocol: "HTTP" };
const https = {
  name: "https",
  port: 443,
  protocol: "HTTPS",
  tls: { certificateRefs: [{ name: "tls" }] },
};
const toBackend = { backendRefs: [{ name: "backend", port: 8000 }] };

export const exposureCases: Cases = {
  "only-the-gateway-is-public": {
    rejects: [
      {
        when: "a Service has a load balancer",
        resources: [service({ type: "LoadBalancer" })],
        says: "Service todo/backend is of type LoadBalancer",
      },
      {
        when: "a Service has a port of the nodes",
        resources: [service({ type: "NodePort" })],
        says: "is of type NodePort",
      },
      {
        when: "a Service has addresses outside",
        resources: [service({ externalIPs: ["192.0.2.1"] })],
        says: "answers on addresses outside",
      },
      {
        when: "there is an Ingress",
        resources: [object("networking.k8s.io/v1:Ingress", "backend", {})],
        says: "Ingress todo/backend is a way in beside the gateway",
      },
      {
        when: "a container has a port of its node",
        resources: [deployment({ container: { ports: [{ containerPort: 80, hostPort: 80 }] } })],
        says: "container backend listens on port 80 of its node",
      },
      {
        when: "a broker has a listener outside",
        resources: [
          object("kafka.strimzi.io/v1:Kafka", "kafka", {
            spec: { kafka: { listeners: [{ name: "out", type: "loadbalancer" }] } },
          }),
        ],
        says: "has the listener out of type loadbalancer",
      },
      {
        when: "Redpanda is left as it comes",
        resources: [chart("redpanda", { values: {} })],
        says: "is reachable from outside",
      },
      {
        when: "a database has a Service outside",
        resources: [
          object("postgresql.cnpg.io/v1:Cluster", "postgres", {
            spec: {
              managed: {
                services: { additional: [{ serviceTemplate: { spec: { type: "LoadBalancer" } } }] },
              },
            },
          }),
        ],
        says: "has a Service of type LoadBalancer",
      },
      {
        when: "a chart is told to open one",
        resources: [chart("grafana", { values: { grafana: { ingress: { enabled: true } } } })],
        says: "opens a door by values.grafana.ingress",
      },
    ],
    accepts: [
      { when: "a Service is for the cluster", resources: [service({ type: "ClusterIP" })] },
      {
        when: "it is the gateway's",
        resources: [
          object("gateway.envoyproxy.io/v1alpha1:EnvoyProxy", "todo", {
            spec: { provider: { kubernetes: { envoyService: { type: "LoadBalancer" } } } },
          }),
        ],
      },
      {
        when: "a broker is for the cluster",
        resources: [
          object("kafka.strimzi.io/v1:Kafka", "kafka", {
            spec: { kafka: { listeners: [{ name: "tls", type: "internal" }] } },
          }),
          chart("redpanda", { values: { external: { enabled: false } } }),
        ],
      },
    ],
  },
  "charts-open-no-doors": {
    rejects: [
      {
        when: "a chart brings a load balancer",
        resources: [fromChart(service({ type: "LoadBalancer" }))],
        says: "is of type LoadBalancer",
      },
    ],
    accepts: [
      { when: "it is for the cluster", resources: [fromChart(service({ type: "ClusterIP" }))] },
    ],
  },
  "public-traffic-is-encrypted": {
    rejects: [
      {
        when: "a gateway has plain HTTP only",
        resources: [gateway([http])],
        says: "Gateway todo/todo has no HTTPS listener with a certificate",
      },
      {
        when: "a route names the plain listener",
        resources: [gateway([http, https]), route("http", toBackend)],
        says: "HTTPRoute todo/backend serves over plain HTTP, by the listener http of Gateway",
      },
      {
        when: "a route names no listener",
        resources: [gateway([http, https]), route(undefined, toBackend)],
        says: "serves over plain HTTP",
      },
    ],
    accepts: [
      {
        when: "plain HTTP only says where to go",
        resources: [
          gateway([http, https]),
          route("https", toBackend),
          route("http", { filters: [{ type: "RequestRedirect" }] }),
        ],
      },
    ],
  },
};
