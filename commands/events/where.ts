import { readFileSync } from "node:fs";
import type { AppId } from "#apps/contracts/services.ts";
import { apiOf, type WhereTold, whereServicesAre } from "#commands/doctor/where.ts";
import { readOutputs } from "#commands/local/outputs.ts";
import { Refusal } from "#commands/run.ts";
import { type ConsumerControl, clusterConsumer, localConsumer } from "./consumer.ts";
import type { KafkaAccess } from "./kafka.ts";

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

/** Finds the stack; the local one without a word. */
export function targetOf(options: WhereOptions): Target {
  const where = whereServicesAre(options.stack ?? "local", options);
  if (where === "local") return { access: localAccess(), consumer: localConsumer };
  return {
    access: accessOf(options),
    consumer: (app) => clusterConsumer(apiOf(where), where.namespace, app),
  };
}

/** The administrator of the local stack's Kafka. */
export function localAccess(): KafkaAccess {
  const outputs = readOutputs();
  if (!outputs) throw new Refusal("the local stack is not up: start it with npm start");
  const { brokers, username, password } = outputs.kafka;
  const mechanism = outputs.kafka.mechanism as KafkaAccess["mechanism"];
  return { brokers, mechanism, username, password };
}

/** Kafka of a cluster: its address and a user are the operator's, as services' users may less. */
function accessOf(options: WhereOptions): KafkaAccess {
  const { brokers, user } = options;
  const file = options["password-file"];
  if (!brokers || !user || !file) {
    throw new Refusal(
      "say how Kafka is reached from here: --brokers host:port[,host:port] --user NAME " +
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
