import { readOutputs } from "#commands/local/outputs.ts";
import { Refusal } from "#commands/run.ts";
import type { KafkaAccess } from "./kafka.ts";

/** The administrator of the local stack's Kafka. */
export function localAccess(): KafkaAccess {
  const outputs = readOutputs();
  if (!outputs) throw new Refusal("the local stack is not up: start it with npm start");
  const { brokers, username, password } = outputs.kafka;
  const mechanism = outputs.kafka.mechanism as KafkaAccess["mechanism"];
  return { brokers, mechanism, username, password };
}
