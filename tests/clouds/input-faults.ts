import { secretMark } from "#components/recording.ts";
import { isUnknown } from "#infra/host/provider/resource.ts";
import type { Property } from "./sdk-files.ts";
import { argumentsOf, definitionOf } from "./sdk-files.ts";
import type { Shape } from "./sdk-types.ts";
import { shapeOf } from "./sdk-types.ts";

/** A resource as a program registers it, or as a provider is asked to check it. */
export type Registered = {
  /** As `azure-native:network:Subnet`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
};

/**
 * What is wrong with the inputs of a resource by the SDK's own type definitions: a property that
 * there is not, one that is missing, a value of another type or none of those that are listed.
 * Each fault names the resource and the path. A secret counts as the value that it hides; what is not
 * known yet in a preview may be anything.
 * @throws UndeclaredError when the SDK does not declare the type
 */
export function inputFaults({ type, name, inputs }: Registered): string[] {
  const { inputs: declared } = definitionOf(type);
  return faultsInObject(shown(inputs) as object, declared, "").map(
    (fault) => `${type} ${name}: ${fault}`,
  );
}

/** The same of the arguments of a function. */
export const argumentFaults = (token: string, given: object): string[] =>
  faultsInObject(shown(given) as object, argumentsOf(token), "").map(
    (fault) => `${token}: ${fault}`,
  );

/**
 * The same of the configuration of a provider, of which only names are looked at: the engine hands
 * over all values as text.
 */
export function configFaults(provider: string, given: object): string[] {
  const known = [...definitionOf(`${provider}:provider:Provider`).inputs.keys()];
  return Object.keys(given)
    .filter((key) => !known.includes(key) && !ofEngine.includes(key))
    .map((key) => `provider ${provider}: ${key} is no property${nearest(key, known)}`);
}

/** What the engine itself adds to a provider's configuration. */
const ofEngine = ["version", "pluginDownloadURL"];

function faultsInObject(
  value: object,
  declared: ReadonlyMap<string, Property>,
  path: string,
): string[] {
  const given = Object.entries(value).filter(([, it]) => it !== undefined);
  const names = given.map(([key]) => key);
  const missing = [...declared]
    .filter(([key, property]) => !names.includes(key) && isRequired(property))
    .map(([key]) => `${at(path, key)} is missing`);
  const wrong = given.flatMap(([key, inner]) => {
    const property = declared.get(key);
    return property
      ? faultsIn(inner, shapeOf(property), at(path, key))
      : [`${at(path, key)} is no property${nearest(key, [...declared.keys()])}`];
  });
  return [...missing, ...wrong];
}

function faultsIn(value: unknown, shape: Shape, path: string): string[] {
  if (typeof value === "string" && isUnknown(value)) return [];
  const wants = (what: string) => [`${path} is ${said(value)}, not ${what}`];
  switch (shape.kind) {
    case "any":
      return [];
    case "nothing":
      return value === undefined || value === null ? [] : wants("absent");
    case "string":
    case "number":
    case "boolean":
      return typeof value === shape.kind ? [] : wants(`a ${shape.kind}`);
    case "literal":
      return shape.values.includes(value) ? [] : wants(shape.values.map(said).join(", "));
    case "list":
      if (!Array.isArray(value)) return wants("a list");
      return value.flatMap((one, index) => faultsIn(one, shapeOf(shape.of), `${path}[${index}]`));
    case "map":
      if (!isObject(value)) return wants("an object");
      return Object.entries(value).flatMap(([key, one]) =>
        faultsIn(one, shapeOf(shape.of), at(path, key)),
      );
    case "object":
      return isObject(value) ? faultsInObject(value, shape.properties, path) : wants("an object");
    case "either":
      return leastFaults(shape.of.map((one) => faultsIn(value, one, path)));
  }
}

/** What speaks of the alternative that comes nearest. */
function leastFaults(all: readonly string[][]): string[] {
  const deepest = (faults: readonly string[]) =>
    Math.max(...faults.map((fault) => fault.split(" ", 1)[0]?.length ?? 0));
  const best = [...all].sort(
    (one, other) =>
      Number(one.length > 0) - Number(other.length > 0) || deepest(other) - deepest(one),
  );
  return best[0] ?? [];
}

const isRequired = (property: Property): boolean => {
  if (property.optional) return false;
  const shape = shapeOf(property);
  return !(shape.kind === "either" && shape.of.some(({ kind }) => kind === "nothing"));
};

/** Secrets in clear: what is recorded of them is an object with Pulumi's mark. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  if (secretMark in value) {
    const hidden = (value as Record<string, unknown>)[secretMark];
    return shown(hidden);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const at = (path: string, key: string): string => (path ? `${path}.${key}` : key);
const said = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** A name that was probably meant: the same but for case, or for one letter. */
function nearest(key: string, names: readonly string[]): string {
  const meant = names.find((name) => differences(key.toLowerCase(), name.toLowerCase()) <= 1);
  return meant ? `; ${meant} is one` : "";
}

/** How many letters are to be added, taken away or changed; two stands for more. */
function differences(one: string, other: string): number {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return 2;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start += 1;
  const rest = long.length === short.length ? short.slice(start + 1) : short.slice(start);
  if (start === long.length) return 0;
  return rest === long.slice(start + 1) ? 1 : 2;
}
