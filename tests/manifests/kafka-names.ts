import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubernetesObject } from "#commands/render/objects.ts";

/** The names of the settings that Kafka knows, of brokers and of topics. */
export type KafkaNames = { readonly broker: readonly string[]; readonly topic: readonly string[] };

/** Asks the Kafka in a folder, which takes two seconds. */
export function readKafkaNames(java: string, kafkaHome: string): KafkaNames {
  const program = fileURLToPath(new URL("kafka-names.java", import.meta.url));
  const lines = execFileSync(java, ["-cp", join(kafkaHome, "libs", "*"), program], {
    encoding: "utf8",
  }).split("\n");
  const of = (kind: string): string[] =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  return { broker: of("broker"), topic: of("topic") };
}

/** Where objects have settings that their schemas leave to Kafka. */
const settings: Readonly<Record<string, readonly [path: string, names: keyof KafkaNames]>> = {
  "kafka.strimzi.io Kafka": ["spec.kafka.config", "broker"],
  "kafka.strimzi.io KafkaTopic": ["spec.config", "topic"],
};

/** The settings of an object that Kafka does not know; empty where it has none. */
export function unknownSettings(object: KubernetesObject, names: KafkaNames): string[] {
  const found = settings[`${object.apiVersion.split("/")[0]} ${object.kind}`];
  if (found === undefined) return [];
  const [path, kind] = found;
  const values = path.split(".").reduce<unknown>((at, key) => (at as Values)?.[key], object);
  return Object.keys((values as Values) ?? {}).filter((name) => !names[kind].includes(name));
}

/** Whether a place that no schema knows is one of those settings: `Kafka spec.kafka.config.a.b`. */
export const isKafkaSetting = (place: string): boolean =>
  Object.entries(settings).some(([kind, [path]]) =>
    place.startsWith(`${kind.split(" ")[1]} ${path}.`),
  );

type Values = Readonly<Record<string, unknown>> | undefined;
