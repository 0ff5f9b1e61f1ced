import { inContainers, podKinds } from "../pods.ts";
import type { Resource } from "../resource.ts";
import { entriesOf, labelOf, listOf, nameOf, namespaceOf } from "../resource.ts";
import type { Fault, ResourceRule, StackRule } from "../rule.ts";
import { redpandaValues } from "./redpanda.ts";

const publicTypes = /^(loadbalancer|nodeport|ingress|route)$/i;

/** The gateway's own Service is made by its controller, as the EnvoyProxy says. */
export const onlyTheGatewayIsPublic: ResourceRule = {
  name: "only-the-gateway-is-public",
  says: "Nothing but the gateway can be reached from outside the cluster.",
  remedy: "Make it a ClusterIP and, if people are to reach it, give it a route of the gateway.",
  about: [
    ...["core/Service", "networking.k8s.io/Ingress", "helm.sh/Chart", "helm.sh/Release"],
    ...["kafka.strimzi.io/Kafka", "cluster.redpanda.com/Redpanda", "postgresql.cnpg.io/Cluster"],
    ...podKinds,
  ],
  faultsOf: (resource) => [
    ...(doors[resource.kind]?.(resource.props) ?? []),
    ...inContainers(resource, ({ props }) =>
      listOf(props.ports)
        .filter(({ hostPort }) => hostPort !== undefined && hostPort !== 0)
        .map(({ hostPort }) => `listens on port ${hostPort} of its node`),
    ),
  ],
};

export const chartsOpenNoDoors: ResourceRule = {
  name: "charts-open-no-doors",
  says: "No chart opens a way into the cluster beside the gateway.",
  remedy: "Turn it off in the values of the chart (platform.values).",
  about: ["core/Service", "networking.k8s.io/Ingress"],
  whose: "charts'",
  faultsOf: (resource) => doors[resource.kind]?.(resource.props) ?? [],
};

type Doors = (props: Resource["props"]) => string[];

/** Every way of a kind to be reached from outside. */
const doors: Readonly<Record<string, Doors>> = {
  "core/Service": ({ spec }) => [
    ...(publicTypes.test(String(spec?.type)) ? [`is of type ${spec.type}`] : []),
    ...(listOf(spec?.externalIPs).length > 0 ? ["answers on addresses outside (externalIPs)"] : []),
  ],
  "networking.k8s.io/Ingress": () => ["is a way in beside the gateway"],
  "kafka.strimzi.io/Kafka": ({ spec }) =>
    listOf(spec?.kafka?.listeners)
      .filter(({ type }) => publicTypes.test(String(type)))
      .map(({ name, type }) => `has the listener ${name} of type ${type}`),
  "cluster.redpanda.com/Redpanda": (props) => redpandaDoors(redpandaValues(props)),
  "postgresql.cnpg.io/Cluster": ({ spec }) =>
    listOf(spec?.managed?.services?.additional)
      .map((service) => service.serviceTemplate?.spec?.type)
      .filter((type) => publicTypes.test(String(type)))
      .map((type) => `has a Service of type ${type}`),
  "helm.sh/Chart": (props) => doorsOfChart(props),
  "helm.sh/Release": (props) => doorsOfChart(props),
};

const doorsOfChart: Doors = (props) => [
  ...doorsIn(props.values, "values"),
  ...redpandaDoors(redpandaValues(props)),
];

/** Redpanda's default is to be reachable by ports of the nodes. */
const redpandaDoors = (values: Resource["props"]): string[] =>
  values && values.external?.enabled !== false ? ["is reachable from outside (external)"] : [];

const doorsIn = (value: unknown, path: string): string[] =>
  entriesOf(value).flatMap(([key, inner]) => {
    const isType = /type$/i.test(key) && publicTypes.test(String(inner));
    const isIngress = key === "ingress" && inner?.enabled === true;
    if (isType || isIngress) return [`opens a door by ${path}.${key}`];
    return doorsIn(inner, `${path}.${key}`);
  });

const gatewayApi = "gateway.networking.k8s.io";

export const publicTrafficIsEncrypted: StackRule = {
  name: "public-traffic-is-encrypted",
  says: "The gateway serves HTTPS; over plain HTTP it only says where to go.",
  remedy: "Attach the route to the HTTPS listener by sectionName.",
  about: [`${gatewayApi}/Gateway`, `${gatewayApi}/HTTPRoute`],
  faultsIn: (resources) => {
    const gateways = resources.filter(({ kind }) => kind === `${gatewayApi}/Gateway`);
    return [
      ...gateways.flatMap(faultsOfGateway),
      ...resources
        .filter(({ kind }) => kind === `${gatewayApi}/HTTPRoute`)
        .filter(hasBackends)
        .flatMap((route) => plainParents(route, gateways)),
    ];
  },
};

const listeners = (gateway: Resource) => listOf(gateway.props.spec?.listeners);

function faultsOfGateway(resource: Resource): Fault[] {
  const isHttps = listeners(resource).some(
    ({ protocol, tls }) => protocol === "HTTPS" && listOf(tls?.certificateRefs).length > 0,
  );
  return isHttps ? [] : [{ resource, fault: "has no HTTPS listener with a certificate" }];
}

const hasBackends = ({ props }: Resource): boolean =>
  listOf(props.spec?.rules).some(({ backendRefs }) => listOf(backendRefs).length > 0);

function plainParents(resource: Resource, gateways: readonly Resource[]): Fault[] {
  return listOf(resource.props.spec?.parentRefs).flatMap(({ name, namespace, sectionName }) => {
    const gateway = gateways.find(
      (one) => nameOf(one) === name && namespaceOf(one) === (namespace ?? namespaceOf(resource)),
    );
    // Without a section a route is attached to all listeners.
    const plain = gateway
      ? listeners(gateway).filter(
          (one) => one.protocol === "HTTP" && (sectionName ?? one.name) === one.name,
        )
      : [];
    return plain.map((one) => ({
      resource,
      fault: `serves over plain HTTP, by the listener ${one.name} of ${labelOf(gateway as Resource)}`,
    }));
  });
}
