import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { asyncApi } from "#apps/contracts/asyncapi.ts";
import { eventTypeOf } from "#apps/contracts/events.ts";
import { appIds, contractOf, deadLettersOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { type Topic, topics } from "#apps/contracts/topics.ts";
import { sampleBytes, samples } from "#apps/kit/testing/samples.ts";

type Document = {
  asyncapi: string;
  channels: Record<string, { address: string }>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { messages: Record<string, { payload: object }> };
};

const file = new URL("../../docs/asyncapi.yaml", import.meta.url);
const committed = parse(readFileSync(file, "utf8")) as Document;

// The standard's own schema; formats are words to it, and what they mean is not asked here.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const standard = createRequire(import.meta.url)("@asyncapi/specs/schemas/3.0.0-without-$id.json");
const isAsyncApi = ajv.compile(standard);

test("what is committed is what the contracts make (else: npm run release)", () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(asyncApi())));
});

test("it is AsyncAPI 3.0 by the standard's own schema", () => {
  expect(isAsyncApi(committed), JSON.stringify(isAsyncApi.errors?.slice(0, 5))).toBe(true);
});

test.each<[string, (document: Document) => void]>([
  [
    "an operation that neither sends nor receives",
    ({ operations }) => {
      for (const operation of Object.values(operations)) operation.action = "forward";
    },
  ],
  [
    "no title",
    (document) => {
      Object.assign(document, { info: { version: "1" } });
    },
  ],
])("%s would be told", (_, spoil) => {
  const spoilt = structuredClone(committed);
  spoil(spoilt);
  expect(isAsyncApi(spoilt)).toBe(false);
});

test("its channels are all topics and all topics of dead letters", () => {
  const expected = [...Object.keys(topics), ...appIds.flatMap(deadLettersOf)];
  expect(Object.values(committed.channels).map(({ address }) => address)).toEqual(expected);
});

test("its operations are what the services declare, each on a channel that is there", () => {
  const expected = appIds.flatMap((appId) => [
    ...contractOf(appId).publishes.map((topic) => `${appId}.sends.${topic}`),
    ...subscriptionsOf(contractOf(appId)).map(([topic]) => `${appId}.receives.${topic}`),
    ...deadLettersOf(appId).map((topic) => `${appId}.sends.${topic}`),
  ]);
  expect(Object.keys(committed.operations)).toEqual(expected);
  for (const { channel } of Object.values(committed.operations)) {
    expect(committed.channels).toHaveProperty([channel.$ref.replace("#/channels/", "")]);
  }
});

describe.each(Object.keys(topics) as Topic[])("the message of %s", (topic) => {
  const isRecord = ajv.compile(committed.components.messages[topic]?.payload ?? false);
  const type = eventTypeOf(topic, samples[topic]);
  const record = () => JSON.parse(new TextDecoder().decode(sampleBytes(topic, { type })));

  test("takes the records that the kit makes", () => {
    expect(isRecord(record()), JSON.stringify(isRecord.errors)).toBe(true);
  });

  test("refuses one without its user, or of another topic", () => {
    const { user_id: _, ...data } = record().data;
    expect(isRecord({ ...record(), data })).toBe(false);
    expect(isRecord({ ...record(), dataschema: "urn:another" })).toBe(false);
  });
});
