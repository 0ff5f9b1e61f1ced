import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { NetworkPeer, Place } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import { certificate, type Issuer, issuerObject } from "./certificates.ts";

export type GatewayArgs = {
  readonly place: Place;
  /** Class of the gateway, as the cluster has it or the stack installs it. */
  readonly className: string;
  /** Whether the class is made here, for Envoy Gateway. */
  readonly makeClass: boolean;
  readonly host: string;
  readonly issuer: Issuer;
  /** How the proxy is reached from outside the cluster, and what the cloud wants to be told. */
  readonly service: {
    readonly type: "LoadBalancer" | "NodePort" | "ClusterIP";
    readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  };
};

const api = "gateway.networking.k8s.io/v1";
const gatewayName = "todo";
const tlsSecret = "todo-gateway-tls";

/** Where requests come in: TLS, and a route for each path that a contract makes public. */
export class Gateway extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:ingress:Gateway", name, {}, opts);
    this.url = `https://${args.host}`;
    const custom = (id: string, object: object, dependsOn: pulumi.Resource[] = []) =>
      new k8s.apiextensions.CustomResource(id, object as k8s.apiextensions.CustomResourceArgs, {
        parent: this,
        dependsOn,
      });

    const { place, className, host, issuer } = args;
    const proxy = custom("proxy", proxyObject(args));
    const gatewayClass = args.makeClass ? [custom("class", classObject(className))] : [];
    const gateway = custom("gateway", gatewayObject(args), [proxy, ...gatewayClass]);
    // After the gateway: an ACME authority looks for its answer there.
    const signer = issuer.kind === "given" ? [] : [custom("issuer", issuerObject(place, issuer))];
    custom("certificate", certificate(place, host, tlsSecret, issuer), [gateway, ...signer]);
    for (const route of routes(args)) custom(route.metadata.name, route, [gateway]);
    this.registerOutputs();
  }
}

/** The pods of Envoy Gateway's proxies, for the policies of those whom they reach. */
export const gatewayPeers: readonly NetworkPeer[] = [
  {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "envoy-gateway-system" } },
    podSelector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
  },
];

const classObject = (className: string) => ({
  apiVersion: api,
  kind: "GatewayClass",
  metadata: { name: className, labels: labelsOf(className) },
  spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
});

const proxyObject = ({ place, service }: GatewayArgs) => ({
  apiVersion: "gateway.envoyproxy.io/v1alpha1",
  kind: "EnvoyProxy",
  metadata: { name: gatewayName, namespace: place.namespace, labels: labelsOf(gatewayName) },
  spec: {
    provider: {
      type: "Kubernetes",
      kubernetes: {
        envoyDeployment: { replicas: place.size === "prod" ? 2 : 1 },
        envoyService: { type: service.type, annotations: service.annotations },
      },
    },
    telemetry: {
      accessLog: {
        settings: [
          {
            format: { type: "JSON", json: accessLogFields },
            sinks: [{ type: "File", file: { path: "/dev/stdout" } }],
          },
        ],
      },
    },
  },
});

/**
 * Envoy Gateway's own log has whole addresses. The link to a new password has its token in the
 * query, and whoever reads a log must not have the account with it.
 */
const accessLogFields = {
  start_time: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  path: "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  protocol: "%PROTOCOL%",
  response_code: "%RESPONSE_CODE%",
  response_flags: "%RESPONSE_FLAGS%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  upstream_transport_failure_reason: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration: "%DURATION%",
  x_forwarded_for: "%REQ(X-FORWARDED-FOR)%",
  user_agent: "%REQ(USER-AGENT)%",
  x_request_id: "%RESP(X-REQUEST-ID)%",
  authority: "%REQ(:AUTHORITY)%",
  upstream_host: "%UPSTREAM_HOST%",
  route_name: "%ROUTE_NAME%",
};

const gatewayObject = ({ place, className, host }: GatewayArgs) => ({
  apiVersion: api,
  kind: "Gateway",
  metadata: {
    name: gatewayName,
    namespace: place.namespace,
    labels: labelsOf(gatewayName),
    annotations: { "pulumi.com/waitFor": "condition=Programmed" },
  },
  spec: {
    gatewayClassName: className,
    infrastructure: {
      parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: gatewayName },
    },
    listeners: [
      { name: "http", port: 80, protocol: "HTTP", hostname: host, allowedRoutes: sameNamespace },
      {
        name: "https",
        port: 443,
        protocol: "HTTPS",
        hostname: host,
        tls: { mode: "Terminate", certificateRefs: [{ name: tlsSecret }] },
        allowedRoutes: sameNamespace,
      },
    ],
  },
});

const sameNamespace = { namespaces: { from: "Same" } };

/** Plain HTTP only says where to go; each public service has its paths, the longest first. */
const routes = (args: GatewayArgs) => [
  route(args, "to-https", "http", [
    {
      filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
    },
  ]),
  ...appIds
    .filter((appId) => contractOf(appId).publicPaths.length > 0)
    .map((appId) =>
      route(args, appId, "https", [
        {
          matches: contractOf(appId).publicPaths.map((value) => ({
            path: { type: value === "/" ? "Exact" : "PathPrefix", value },
          })),
          backendRefs: [{ name: appId, port: contractOf(appId).port }],
        },
      ]),
    ),
];

const route = (args: GatewayArgs, name: string, sectionName: string, rules: object[]) => ({
  apiVersion: api,
  kind: "HTTPRoute",
  metadata: { name, namespace: args.place.namespace, labels: labelsOf(name) },
  spec: {
    parentRefs: [{ name: gatewayName, sectionName }],
    hostnames: [args.host],
    rules,
  },
});
