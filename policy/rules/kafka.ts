import { hasSidecar, podKinds, podOf } from "../pods.ts";
import type { Props, Resource } from "../resource.ts";
import { isUnknown, labelOf, listOf, nameOf } from "../resource.ts";
import type { Fault, ResourceRule, StackRule } from "../rule.ts";
import { redpandaValues } from "./redpanda.ts";

const strimzi = "kafka.strimzi.io/Kafka";
const brokers = [strimzi, "cluster.redpanda.com/Redpanda", "helm.sh/Chart", "helm.sh/Release"];
const component = "dapr.io/Component";
const userKinds = ["kafka.strimzi.io/KafkaUser", "cluster.redpanda.com/User"];

export const kafkaIsEncrypted: ResourceRule = {
  name: "kafka-is-encrypted",
  says: "Brokers speak TLS on every listener.",
  remedy: "Set tls: true on the listener.",
  about: brokers,
  faultsOf: ({ kind, props }) => {
    if (kind === strimzi) {
      return listOf(props.spec?.kafka?.listeners)
        .filter(({ tls }) => tls !== true)
        .map(({ name }) => `speaks in clear on its listener ${name}`);
    }
    const values = redpandaValues(props);
    const inClear = [values?.tls?.enabled, values?.listeners?.kafka?.tls?.enabled].includes(false);
    return values && inClear ? ["speaks in clear"] : [];
  },
};

export const kafkaKnowsItsUsers: ResourceRule = {
  name: "kafka-knows-its-users",
  says: "Brokers ask who comes and look up what each may do.",
  remedy: "Set authentication on each listener and authorization on the cluster.",
  about: brokers,
  faultsOf: ({ kind, props }) => {
    if (kind === strimzi) {
      const { listeners, authorization } = props.spec?.kafka ?? {};
      return [
        ...listOf(listeners)
          .filter(({ authentication }) => authentication?.type === undefined)
          .map(({ name }) => `lets in anyone by its listener ${name}`),
        ...(authorization?.type === undefined ? ["lets every user do everything"] : []),
      ];
    }
    const values = redpandaValues(props);
    return values && values.auth?.sasl?.enabled !== true ? ["lets in anyone (auth.sasl)"] : [];
  },
};

export const sidecarsReachTheirDataSafely: ResourceRule = {
  name: "sidecars-reach-their-data-safely",
  says: "Sidecars say who they are to what they reach, and in prod they speak TLS with it.",
  remedy: "Set authType and the TLS of the component; a plain broker is for dev and tests.",
  about: [component],
  faultsOf: ({ props: { spec } }, { size }) => {
    const value = (name: string): unknown =>
      listOf(spec?.metadata).find((entry) => entry.name === name)?.value;
    const isKafka = spec?.type === "pubsub.kafka" || spec?.type === "bindings.kafka";
    const isRedis = /^[a-z]+\.redis$/.test(String(spec?.type));
    const hasNoTls =
      (isKafka && value("disableTls") === "true") ||
      (isRedis && String(value("enableTLS") ?? "false") !== "true");
    return [
      ...(isKafka && (value("authType") ?? "none") === "none" ? ["comes to Kafka as nobody"] : []),
      ...(isKafka && value("skipVerify") === "true" ? ["trusts whoever answers (skipVerify)"] : []),
      ...(size === "prod" && hasNoTls ? ["speaks in clear"] : []),
    ];
  },
};

export const kafkaRightsAreNarrow: ResourceRule = {
  name: "kafka-rights-are-narrow",
  says: "The rights of a user name their topic and group and what may be done with it.",
  remedy:
    "Compute them from the contracts, as components/kafka/users.ts does; never `*`, never All.",
  about: [...userKinds, "host:index:KafkaUser"],
  exceptions: true,
  faultsOf: ({ props }) =>
    listOf(props.spec?.authorization?.acls ?? props.acls)
      .filter(({ type }) => type !== "deny")
      .flatMap(faultsOfRight),
};

/** What tells of topics and groups without showing or changing what is in them. */
const looks = ["Describe", "DescribeConfigs"];

function faultsOfRight(acl: Props): string[] {
  const type = acl.resource?.type ?? acl.resourceType;
  const name = acl.resource?.name ?? acl.name;
  const operations = listOf(acl.operations ?? acl.operation);
  const onlyLooks = operations.every((operation) => looks.includes(operation));
  return [
    ...(operations.includes("All") ? [`may do everything with ${type} ${name}`] : []),
    ...((name === "*" || name === "") && !onlyLooks
      ? [`may ${operations.join(", ")} every ${type}`]
      : []),
  ];
}

export const servicesHaveAKafkaUserEach: StackRule = {
  name: "services-have-a-kafka-user-each",
  says: "Each service comes to Kafka as a user of its own.",
  remedy: "Make a user by the name of the app-id and give it to the service's sidecar alone.",
  about: [component, ...userKinds, ...podKinds],
  faultsIn: (resources) => [
    ...resources.filter(isKafkaComponent).flatMap(sharedUser),
    ...sidecarUsers(resources),
  ],
};

const isKafkaComponent = ({ kind, props }: Resource): boolean =>
  kind === component && props.spec?.type === "pubsub.kafka";

const userSetting = ({ props }: Resource): Props =>
  listOf(props.spec?.metadata).find(({ name }) => name === "saslUsername");

/** One component for several services must leave the user to the environment of each sidecar. */
const sharedUser = (resource: Resource): Fault[] =>
  userSetting(resource)?.envRef === undefined && listOf(resource.props.scopes).length !== 1
    ? [{ resource, fault: "has one Kafka user for all its services" }]
    : [];

function sidecarUsers(resources: readonly Resource[]): Fault[] {
  const variables = resources.filter(isKafkaComponent).map((one) => userSetting(one)?.envRef);
  const made = resources.filter(({ kind }) => userKinds.includes(kind)).map(nameOf);
  const owners = new Map<string, Resource>();
  return resources.flatMap((resource): Fault[] => {
    const pod = podOf(resource);
    const user = pod && hasSidecar(pod) ? userOf(pod.metadata.annotations, variables) : undefined;
    if (user === undefined) return [];
    const owner = owners.get(user);
    owners.set(user, resource);
    return [
      ...(owner
        ? [{ resource, fault: `shares the Kafka user ${user} with ${labelOf(owner)}` }]
        : []),
      ...(made.length > 0 && !made.includes(user)
        ? [{ resource, fault: `comes to Kafka as ${user}, a user that the stack does not make` }]
        : []),
    ];
  });
}

/**
 * The user of a sidecar; none where it is not known yet. In Event Hubs all have one name, and who
 * it is the key says.
 */
function userOf(annotations: Props, variables: readonly string[]): string | undefined {
  const user = String(annotations["dapr.io/env"] ?? "")
    .split(",")
    .map((pair) => pair.split("="))
    .find(([name]) => variables.includes(name?.trim() ?? ""))?.[1];
  if (user !== "$ConnectionString") return user;
  const secret = annotations["dapr.io/env-from-secret"];
  return isUnknown(secret) ? undefined : `of ${secret}`;
}
