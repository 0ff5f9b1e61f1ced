import type { Property, Written } from "./sdk-files.ts";
import { definitionOf, resultOf, UndeclaredError } from "./sdk-files.ts";
import type { Shape } from "./sdk-types.ts";
import { shapeOf } from "./sdk-types.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * What a provider would answer of a resource that it made: its inputs, and a made-up value for all
 * that the SDK says it has besides. Resources of providers that are not here answer nothing more.
 */
export function madeUpOutputs(token: string, name: string, inputs: object): object {
  try {
    return filled(definitionOf(token).outputs, [name], inputs as Values);
  } catch (error) {
    if (error instanceof UndeclaredError) return {};
    throw error;
  }
}

/** What a function of the SDK would answer, made up in the same way. */
export const madeUpResult = (token: string): object =>
  filled(resultOf(token), [token.split(":").at(-1) ?? ""], {});

/** What is given stays; what is always there and was not given is made up. */
const filled = (
  declared: ReadonlyMap<string, Property>,
  path: Path,
  given: Values,
): Record<string, unknown> => ({
  ...given,
  ...Object.fromEntries(
    [...declared].flatMap(([key, property]) => {
      const value = given[key];
      const made = isSure(property) || value !== undefined;
      return made ? [[key, answer(property, [...path, key], value)]] : [];
    }),
  ),
});

/** Where a value is: the name of the resource, and the keys down to it. */
type Path = readonly [string, ...string[]];

const answer = (written: Written, path: Path, given: unknown): unknown =>
  answerOf(shapeOf(written), path, given);

function answerOf(shape: Shape, path: Path, given: unknown): unknown {
  switch (shape.kind) {
    case "object":
      return filled(shape.properties, path, (given ?? {}) as Values);
    case "list":
      return listOf(shape.of, path, given);
    case "either": {
      const [first] = shape.of.filter(({ kind }) => kind !== "nothing");
      return first ? answerOf(first, path, given) : given;
    }
    case "map":
      return given ?? {};
    case "string":
      return given ?? path.join("-");
    case "number":
      return given ?? 1;
    case "boolean":
      return given ?? false;
    case "literal":
      return given ?? shape.values[0];
    default:
      return given;
  }
}

/** One element where nothing is given, and none further down: a subnet has rules that have subnets. */
function listOf(of: Written, path: Path, given: unknown): unknown[] {
  const at = (index: number): Path => [...path, String(index)];
  if (Array.isArray(given)) return given.map((one, index) => answer(of, at(index), one));
  return path.length > 2 ? [] : [answer(of, at(0), undefined)];
}

const isSure = (property: Property): boolean => {
  if (property.optional) return false;
  const shape = shapeOf(property);
  return !(shape.kind === "either" && shape.of.some(({ kind }) => kind === "nothing"));
};
