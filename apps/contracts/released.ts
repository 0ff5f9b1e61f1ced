import { z } from "zod";
import { events } from "./events.ts";
import type { Topic } from "./topics.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

/** The schema of a topic's event as the code has it now. */
export type CurrentSchema = {
  readonly topic: string;
  readonly version: number;
  readonly schema: JsonSchema;
};

/** What a release would do: files to write by name, and why it must not. */
export type ReleasePlan = {
  readonly writes: ReadonlyMap<string, JsonSchema>;
  readonly refusals: readonly string[];
};

/** The file in `released/` that holds one version of a topic's event. */
export const releasedFileName = (topic: string, version: number): string =>
  `${topic}.v${version}.json`;

/**
 * The schemas of all events. As input schemas: those leave further properties open, as a consumer
 * that knows an older copy must.
 */
export const currentSchemas = (): CurrentSchema[] =>
  (Object.keys(events) as Topic[]).map((topic) => ({
    topic,
    version: events[topic].version,
    schema: z.toJSONSchema(events[topic].schema, { io: "input" }) as JsonSchema,
  }));

/** Sets what is released (schemas by file name) against what is current. */
export function planRelease(
  released: ReadonlyMap<string, JsonSchema>,
  current: readonly CurrentSchema[],
): ReleasePlan {
  const writes = new Map<string, JsonSchema>();
  const refusals: string[] = [];
  for (const { topic, version, schema } of current) {
    const latest = latestVersion(released, topic);
    const fileName = releasedFileName(topic, version);
    if (version < latest || version > latest + 1) {
      refusals.push(`${topic}: version ${version} does not follow the released ${latest}`);
      continue;
    }
    const copy = released.get(fileName);
    const faults = copy ? compareSchemas(copy, schema) : [];
    refusals.push(...faults.map((fault) => `${fileName}: ${fault}`));
    if (!copy || !isSame(copy, schema)) writes.set(fileName, schema);
  }
  return { writes, refusals };
}

/** Files in `released/` that are no version, up to the current one, of any topic. */
export function strayFiles(names: Iterable<string>, current: readonly CurrentSchema[]): string[] {
  const known = current.flatMap(({ topic, version }) =>
    Array.from({ length: version }, (_, index) => releasedFileName(topic, index + 1)),
  );
  return [...names].filter((name) => !known.includes(name));
}

/**
 * Every way in which the current schema is more than an addition to the released one, each as
 * `path: what changed`. Only new optional properties are additions. All else breaks somebody: the
 * consumer that relies on what it was promised, or the one that meets an older event still in the
 * topic. A reworded `pattern` counts too: whether it means the same is for a person to say, who may
 * then edit the released copy.
 */
export const compareSchemas = (released: JsonSchema, current: JsonSchema): string[] =>
  compareAt("", released, current);

function compareAt(path: string, released: JsonSchema, current: JsonSchema): string[] {
  const at = path || "event";
  const [before, after] = [typeOf(released), typeOf(current)];
  if (before !== after) return [`${at}: type changed from ${before} to ${after}`];
  return [
    ...compareProperties(path, released, current),
    ...compareValues(at, released, current),
    ...compareKeywords(at, released, current),
    ...alternatives.flatMap((keyword) =>
      schemasIn(released[keyword]).flatMap((schema, index) =>
        compareAt(`${at}.${keyword}[${index}]`, schema, schemasIn(current[keyword])[index] ?? {}),
      ),
    ),
    ...(released.items || current.items
      ? compareAt(`${at}[]`, asSchema(released.items), asSchema(current.items))
      : []),
  ];
}

function compareProperties(path: string, released: JsonSchema, current: JsonSchema): string[] {
  const [before, after] = [asSchema(released.properties), asSchema(current.properties)];
  const wasRequired = new Set(valuesIn(released.required));
  const isRequired = new Set(valuesIn(current.required));
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const at = path ? `${path}.${name}` : name;
    if (!(name in after)) return [`${at}: removed, but consumers may read it`];
    if (!(name in before)) {
      return isRequired.has(name) ? [`${at}: added as required, but older events lack it`] : [];
    }
    const presence =
      wasRequired.has(name) === isRequired.has(name)
        ? []
        : isRequired.has(name)
          ? [`${at}: newly required, but older events may lack it`]
          : [`${at}: made optional, but consumers rely on it`];
    return [...presence, ...compareAt(at, asSchema(before[name]), asSchema(after[name]))];
  });
}

/** The values of an enum, or of a literal as an enum of one. */
function compareValues(at: string, released: JsonSchema, current: JsonSchema): string[] {
  const [before, after] = [allowedValues(released), allowedValues(current)];
  if (!before && !after) return [];
  if (!before) return [`${at}: narrowed to ${after}, but older events may have other values`];
  if (!after) return [`${at}: no longer only ${before}, but consumers may be exhaustive`];
  const [removed, added] = [without(before, after), without(after, before)];
  return [
    ...(removed.length ? [`${at}: enum without ${removed}, which older events may have`] : []),
    ...(added.length
      ? [`${at}: enum extended by ${added}, which breaks consumers that are exhaustive`]
      : []),
  ];
}

/** Bounds, formats and whatever else a schema may say: any difference is a fault. */
function compareKeywords(at: string, released: JsonSchema, current: JsonSchema): string[] {
  const keywords = new Set([...Object.keys(released), ...Object.keys(current)]);
  return [...keywords]
    .filter((keyword) => !comparedElsewhere.has(keyword))
    .filter((keyword) => !isSame(released[keyword], current[keyword]))
    .map((keyword) => {
      const [before, after] = [show(released[keyword]), show(current[keyword])];
      return `${at}: ${keyword} changed from ${before} to ${after}`;
    });
}

const alternatives = ["anyOf", "oneOf", "allOf"] as const;

const comparedElsewhere = new Set<string>([
  ...alternatives,
  ...["type", "properties", "required", "items", "enum", "const"],
  // Words for people; no consumer depends on them.
  ...["$schema", "title", "description", "examples", "deprecated"],
]);

/** `string`, or `string | null` for alternatives, so that becoming nullable is a change of type. */
function typeOf(schema: JsonSchema): string {
  const keyword = alternatives.find((name) => Array.isArray(schema[name]));
  if (keyword) return schemasIn(schema[keyword]).map(typeOf).join(" | ");
  return typeof schema.type === "string" ? schema.type : show(schema.type ?? "any");
}

function latestVersion(released: ReadonlyMap<string, JsonSchema>, topic: string): number {
  const versions = [...released.keys()]
    .filter((name) => name.startsWith(`${topic}.v`))
    .map((name) => Number(/\.v(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...versions);
}

const allowedValues = (schema: JsonSchema): string[] | undefined =>
  "const" in schema
    ? [show(schema.const)]
    : Array.isArray(schema.enum)
      ? schema.enum.map(show)
      : undefined;

const asSchema = (value: unknown): JsonSchema => (value ?? {}) as JsonSchema;
const schemasIn = (value: unknown): JsonSchema[] => (value ?? []) as JsonSchema[];
const valuesIn = (value: unknown): string[] => (value ?? []) as string[];
const show = (value: unknown): string =>
  value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);
const without = (all: string[], others: string[]): string[] =>
  all.filter((value) => !others.includes(value));
const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
