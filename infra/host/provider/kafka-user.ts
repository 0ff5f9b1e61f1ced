import type { KafkaConnection } from "#apps/provision/kafka-admin.ts";
import { withKafka } from "#apps/provision/kafka-admin.ts";
import type { KafkaAcl } from "#apps/provision/kafka-user.ts";
import { ensureUser, operations, removeUser } from "#apps/provision/kafka-user.ts";
import type { Failure, ResourceType } from "./resource.ts";

/** Inputs of a `KafkaUser`, documented at `KafkaUserArgs`. */
export interface KafkaUserInputs extends KafkaConnection {
  readonly generation: string;
  readonly username: string;
  readonly password: string;
  readonly acls: readonly KafkaAcl[];
}

/** A user of Kafka with its access lists. */
export const kafkaUserType: ResourceType<KafkaUserInputs> = {
  outputs: [],
  replaceOn: ["username"],

  check(_olds, news) {
    return { inputs: news, failures: findUnknownOperations(news) };
  },

  async create(inputs, context) {
    await withKafka(inputs, context, (admin) => ensureUser(admin, inputs));
    return { id: inputs.username, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withKafka(inputs, context, (admin) => ensureUser(admin, inputs));
    return {};
  },

  async delete({ inputs }, context) {
    await withKafka(inputs, context, (admin) => removeUser(admin, inputs.username));
  },
};

function findUnknownOperations({ acls }: KafkaUserInputs): Failure[] {
  if (!Array.isArray(acls)) return []; // not known yet
  const names = (acls as readonly KafkaAcl[]).flatMap(({ operations: all }) => all ?? []);
  return names
    .filter((name) => !operations.has(name))
    .map((name) => ({
      property: "acls",
      reason: `"${name}" is no operation; there are: ${[...operations.keys()].join(", ")}`,
    }));
}
