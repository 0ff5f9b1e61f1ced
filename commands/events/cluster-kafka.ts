import type { ClusterReader } from "#commands/doctor/cluster-api.ts";
import { Refusal } from "#commands/run.ts";
import { redpandaCa } from "#components/kafka/redpanda-objects.ts";
import { redpandaPorts, releaseName } from "#components/kafka/redpanda-values.ts";
import { clientPort, clusterName } from "#components/kafka/strimzi-objects.ts";
import type { KafkaAccess } from "./kafka.ts";

/** Kafka of a stack in a cluster, as the objects of its namespace tell. */
export type FoundKafka = {
  /** Brokers that stand in the cluster have names that only its pods know. */
  readonly access: KafkaAccess;
  /** Then the first part of each name is that of a pod. */
  readonly inCluster: boolean;
};

type Account = Pick<KafkaAccess, "username" | "password" | "readOnly">;

/**
 * Finds brokers, authority and a user: one that may do all where the stack has it (Redpanda, and
 * brokers that stand elsewhere), otherwise the viewer, who looks. `account` is used instead.
 * Resolves to undefined where nothing in the namespace tells of a Kafka.
 */
export async function findKafka(
  api: ClusterReader,
  namespace: string,
  account?: Account,
): Promise<FoundKafka | undefined> {
  const at = `/api/v1/namespaces/${namespace}`;
  const custom = `/apis/kafka.strimzi.io/v1/namespaces/${namespace}/kafkas/${clusterName}`;
  const set = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${releaseName}`;
  const [strimzi, redpanda] = await Promise.all([api.get(custom), api.get(set)]);
  if (strimzi) return strimziKafka(api, at, namespace, account);
  if (redpanda) return redpandaKafka(api, at, namespace, redpanda.spec.replicas ?? 1, account);
  return providedKafka(api, at, account);
}

async function strimziKafka(
  api: ClusterReader,
  at: string,
  namespace: string,
  account: Account | undefined,
): Promise<FoundKafka> {
  const labels = `strimzi.io/cluster=${clusterName},strimzi.io/broker-role=true`;
  const pods: { metadata: { name: string } }[] =
    (await api.get(`${at}/pods?labelSelector=${encodeURIComponent(labels)}`))?.items ?? [];
  if (pods.length === 0) throw new Refusal(`no broker runs: npm run doctor says why`);
  const name = (pod: string) => `${pod}.${clusterName}-kafka-brokers.${namespace}.svc`;
  return {
    inCluster: true,
    access: {
      brokers: pods.map(({ metadata }) => `${name(metadata.name)}:${clientPort}`),
      mechanism: "SCRAM-SHA-512",
      ca: await secretText(api, `${at}/secrets/${clusterName}-cluster-ca-cert`, "ca.crt"),
      ...(account ?? (await viewer(api, at))),
    },
  };
}

async function redpandaKafka(
  api: ClusterReader,
  at: string,
  namespace: string,
  replicas: number,
  account: Account | undefined,
): Promise<FoundKafka> {
  const brokers = Array.from(
    { length: replicas },
    (_, index) => `${releaseName}-${index}.${releaseName}.${namespace}.svc:${redpandaPorts.kafka}`,
  );
  return {
    inCluster: true,
    access: {
      brokers,
      mechanism: "SCRAM-SHA-512",
      ca: await secretText(api, `${at}/secrets/${redpandaCa.name}`, redpandaCa.key),
      ...(account ?? (await superuser(api, at))),
    },
  };
}

/** Brokers that stand elsewhere: what the Job was told that made topics and users in them. */
async function providedKafka(
  api: ClusterReader,
  at: string,
  account: Account | undefined,
): Promise<FoundKafka | undefined> {
  const told = await newest(api, at, "configmaps", "kafka-provision");
  if (!told) return undefined;
  const { brokers, mechanism, tls } = JSON.parse(told.data["spec.json"] ?? "{}");
  const authority = tls === "own" ? await newest(api, at, "secrets", "kafka-ca") : undefined;
  return {
    inCluster: false,
    access: {
      ...{ brokers, mechanism },
      ...(tls !== "off" && { ca: authority ? text(authority.data["ca.crt"]) : "" }),
      ...(account ?? (await administrator(api, at))),
    },
  };
}

/** Who made topics and users in brokers that stand elsewhere. */
async function administrator(api: ClusterReader, at: string): Promise<Account> {
  const secret = await newest(api, at, "secrets", "kafka-provision");
  return { username: text(secret?.data.username), password: text(secret?.data.password) };
}

async function viewer(api: ClusterReader, at: string): Promise<Account> {
  const secret = await newest(api, at, "secrets", "kafka-viewer");
  return {
    username: "viewer",
    password: text(secret?.data.password),
    readOnly:
      "the stack's own user for operators, viewer, looks and changes nothing. Name one that may: " +
      "--user NAME --password-file FILE. It needs Read, Write and Describe on topics, Delete on " +
      "*.dlq, Read and Describe on groups, and Write on the transactional ids todo-evolution-*.",
  };
}

/** A line of the chart's: `admin:<password>:SCRAM-SHA-512`. */
async function superuser(api: ClusterReader, at: string): Promise<Account> {
  const secret = await newest(api, at, "secrets", "kafka-superusers");
  const [username = "", password = ""] = text(secret?.data["users.txt"]).split(":");
  return { username, password };
}

/** The object of this part of the stack that was made last: its name is generated. */
async function newest(api: ClusterReader, at: string, kind: string, part: string) {
  const found = await api.get(`${at}/${kind}?labelSelector=app.kubernetes.io/name=${part}`);
  const items: { metadata: { creationTimestamp: string }; data: Record<string, string> }[] =
    found?.items ?? [];
  return items
    .sort((one, other) =>
      one.metadata.creationTimestamp.localeCompare(other.metadata.creationTimestamp),
    )
    .at(-1);
}

const secretText = async (api: ClusterReader, path: string, key: string): Promise<string> =>
  text((await api.get(path))?.data?.[key]);

function text(base64: string | undefined): string {
  if (base64) return Buffer.from(base64, "base64").toString("utf8");
  throw new Refusal(
    "a Secret of Kafka is missing in the namespace: bring the stack up (pulumi up), and see that " +
      "your account may read Secrets there",
  );
}
