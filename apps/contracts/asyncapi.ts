import { z } from "zod";
import { envelopeFields } from "./envelope.ts";
import { dataSchemaOf, events } from "./events.ts";
import { appIds, contractOf, deadLettersOf, type EffectKind, subscriptionsOf } from "./services.ts";
import type { Topic, TopicContract } from "./topics.ts";
import { deadLetterContract, topics } from "./topics.ts";

type Json = { readonly [name: string]: unknown };

const names = Object.keys(topics) as Topic[];
const kafkaBinding = "0.5.0";

const effects: Readonly<Record<EffectKind, string>> = {
  transactional: "The effect is written in the transaction that records the event's id.",
  "unique-key": "The effect is a row whose key is the event's id.",
  "idempotent-call": "The effect is a call with a natural key.",
  ephemeral: "Nothing is recorded; what fails is dropped.",
};

/**
 * The AsyncAPI 3.0 document of the system: a channel for each topic, an operation for each topic
 * that a service publishes or subscribes to, and the whole record as its message.
 */
export const asyncApi = (): Json => ({
  asyncapi: "3.0.0",
  info: {
    title: "Todo Evolution",
    version: "1.0.0",
    description:
      "Every change is an event. Records are CloudEvents 1.0 in structured mode, keyed by the user's " +
      "id, so that the events of a user keep their order. Within a version a schema only gains " +
      "optional properties.",
    license: { name: "Apache-2.0" },
  },
  defaultContentType: "application/cloudevents+json",
  channels: {
    ...byName(names, (topic) =>
      channelOf(topic, topics[topic], {
        event: { $ref: `#/components/messages/${topic}` },
      }),
    ),
    ...byName(appIds.flatMap(deadLettersOf), (name) =>
      channelOf(name, deadLetterContract, {
        deadLetter: { $ref: "#/components/messages/deadLetter" },
      }),
    ),
  },
  operations: Object.fromEntries(appIds.flatMap(operationsOf)),
  components: {
    messages: { ...byName(names, messageOf), deadLetter: deadLetterMessage },
  },
});

const channelOf = (address: string, contract: TopicContract, messages: Json): Json => ({
  address,
  description: sentence(contract.carries),
  messages,
  bindings: {
    kafka: {
      topic: address,
      topicConfiguration: {
        "cleanup.policy": ["delete"],
        "retention.ms": contract.retentionMs,
      },
      bindingVersion: kafkaBinding,
    },
  },
});

function operationsOf(appId: (typeof appIds)[number]): [string, Json][] {
  const contract = contractOf(appId);
  const channel = (topic: string) => ({ $ref: `#/channels/${topic}` });
  const sends = contract.publishes.map((topic): [string, Json] => [
    `${appId}.sends.${topic}`,
    { action: "send", summary: `${appId} publishes ${topic}.`, channel: channel(topic) },
  ]);
  const receives = subscriptionsOf(contract).map(([topic, effect]): [string, Json] => [
    `${appId}.receives.${topic}`,
    {
      action: "receive",
      summary: `${appId} consumes ${topic}.`,
      description: effects[effect],
      channel: channel(topic),
      bindings: {
        kafka: { groupId: { type: "string", const: appId }, bindingVersion: kafkaBinding },
      },
    },
  ]);
  const letters = deadLettersOf(appId).map((topic): [string, Json] => [
    `${appId}.sends.${topic}`,
    {
      action: "send",
      summary: `${appId} sets aside what it could not process.`,
      channel: channel(topic),
    },
  ]);
  return [...sends, ...receives, ...letters];
}

function messageOf(topic: Topic): Json {
  const { schema, noun } = events[topic];
  const record = envelopeFields.extend({
    type: z.string().regex(new RegExp(`^com\\.todo\\.${noun}\\.[a-z]+$`)),
    dataschema: z.literal(dataSchemaOf(topic)),
    data: schema,
  });
  return {
    name: topic,
    title: sentence(topics[topic].carries),
    contentType: "application/cloudevents+json",
    payload: jsonSchemaOf(record),
    bindings: {
      kafka: { key: { type: "string", format: "uuid" }, bindingVersion: kafkaBinding },
    },
  };
}

const deadLetterMessage: Json = {
  name: "deadLetter",
  title: "The record as it came, whatever it is",
  contentType: "application/octet-stream",
  headers: {
    type: "object",
    properties: {
      error: { type: "string" },
      consumer: { type: "string" },
      attempts: { type: "string", pattern: "^[0-9]+$" },
      failedAt: { type: "string", format: "date-time" },
      position: {
        type: "string",
        description: "Where the record is in its topic: partition/offset.",
      },
    },
    required: ["error", "consumer", "attempts", "failedAt"],
  },
};

// AsyncAPI's own schemas are draft 7 with a few words more.
function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return rest;
}

const byName = <Name extends string>(all: readonly Name[], make: (name: Name) => Json): Json =>
  Object.fromEntries(all.map((name) => [name, make(name)]));

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
