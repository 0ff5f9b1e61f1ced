import { readFileSync } from "node:fs";
import type { AppId } from "#apps/contracts/services.ts";
import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import {
  apiOf,
  kubeConfigOf,
  type Where,
  type WhereTold,
  whereServicesAre,
} from "#commands/doctor/where.ts";
import { Refusal } from "#commands/run.ts";
import { type ConsumerControl, clusterConsumer, localConsumer } from "./consumer.ts";
import type { KafkaAccess } from "./kafka.ts";
import { localAccess } from "./local-access.ts";

/** How the person at the keyboard says where the stack and its Kafka are. */
export type WhereOptions = WhereTold & {
  readonly brokers?: string | undefined;
  readonly mechanism?: string | undefined;
  readonly user?: string | undefined;
  readonly "password-file"?: string | undefined;
  readonly "ca-file"?: string | undefined;
};

/** A stack as the commands of events need it. */
export type Target = {
  readonly access: KafkaAccess;
  readonly consumer: (app: AppId) => ConsumerControl;
};

/** Finds the stack, and how its Kafka is reached from here; the local one without a word. */
export async function targetOf(options: WhereOptions): Promise<Target> {
  const where = whereServicesAre(options.stack ?? "local", options);
  if (where === "local") return { access: localAccess(), consumer: localConsumer };
  const api = apiOf(where);
  return {
    access: options.brokers ? accessOf(options) : await foundIn(where, api, options),
    consumer: (app) => clusterConsumer(api, where.namespace, app),
  };
}

/** Kafka as the cluster itself tells of it; brokers inside are reached by its API server. */
async function foundIn(where: Where, api: ClusterApi, options: WhereOptions): Promise<KafkaAccess> {
  const { user } = options;
  const file = options["password-file"];
  const account =
    user && file
      ? { username: user, password: contentOf("--password-file", file).trim() }
      : undefined;
  // Only here: what they know of engines takes time to load.
  const [{ findKafka }, { lookupOfPods, waysBy }] = await Promise.all([
    import("./cluster-kafka.ts"),
    import("./forward.ts"),
  ]);
  const found = await findKafka(api, where.namespace, account);
  if (!found) return accessOf(options);
  const { access, inCluster } = found;
  if (!inCluster) return access;
  const port = Number(access.brokers[0]?.split(":").at(-1));
  return { ...access, lookup: lookupOfPods(waysBy(kubeConfigOf(where), where.namespace), port) };
}

/** Kafka of a cluster: its address and a user are the operator's, as services' users may less. */
function accessOf(options: WhereOptions): KafkaAccess {
  const { brokers, user } = options;
  const file = options["password-file"];
  if (!brokers || !user || !file) {
    throw new Refusal(
      "the namespace does not tell of its Kafka. Say how it is reached from here: --brokers host:port[,host:port] --user NAME " +
        "--password-file FILE [--ca-file FILE, or --ca-file public] [--mechanism SCRAM-SHA-512].\n" +
        "The user needs Read, Write and Describe on topics, Delete on *.dlq, Read and Describe on " +
        "groups, and Write on the transactional ids todo-evolution-*.",
    );
  }
  const mechanism = options.mechanism ?? "SCRAM-SHA-512";
  if (!["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"].includes(mechanism)) {
    throw new Refusal(`--mechanism ${mechanism}: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN`);
  }
  const caFile = options["ca-file"];
  return {
    brokers: brokers.split(","),
    mechanism: mechanism as KafkaAccess["mechanism"],
    username: user,
    password: contentOf("--password-file", file).trim(),
    ca: caFile === "public" ? "" : caFile && contentOf("--ca-file", caFile),
  };
}

function contentOf(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Refusal(`${option} ${file} cannot be read: ${(error as Error).message}`);
  }
}
