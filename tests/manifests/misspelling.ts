import type { KubernetesObject } from "#commands/render/objects.ts";

/** Part of a JSON schema, as an API server publishes it. */
export type Schema = {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
};

/** A field of an object: where it stands, with `[]` for any place in a list. */
export type Field = {
  /** As `spec.containers[].image`. */
  readonly path: string;
  readonly depth: number;
  /** The field's name with its last letter doubled, which no schema knows. */
  readonly misspelt: string;
  /** The object with this field's name misspelt, all else as it was. */
  readonly object: KubernetesObject;
};

export type Fields = {
  /** Fields whose names a schema knows, so that another name must be refused. */
  readonly declared: readonly Field[];
  /** Fields whose names no schema knows, so that a misspelt one would pass. */
  readonly free: readonly string[];
};

/** What an object is found by: a change of these is another request, not a misspelt one. */
const identity = ["apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace"];

/**
 * Every field of an object, by whether a schema knows its name; each path once.
 * @param schemas the definitions that `$ref` points into
 */
export function fieldsOf(
  object: KubernetesObject,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
): Fields {
  const declared = new Map<string, Field>();
  const free = new Set<string>();
  const visit = (value: unknown, at: Schema, place: Place): void => {
    const { properties, items, additionalProperties, ...rest } = resolve(at, schemas);
    if (Array.isArray(value)) {
      value.forEach((inner, index) => {
        visit(inner, items ?? {}, { keys: [...place.keys, index], path: `${place.path}[]` });
      });
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const path = place.path === "" ? key : `${place.path}.${key}`;
      const keys = [...place.keys, key];
      const property = properties?.[key];
      if (property !== undefined) {
        if (isOpen(rest)) free.add(path);
        else if (!identity.includes(path) && !declared.has(path)) {
          declared.set(path, fieldOf(object, keys, path));
        }
        visit(inner, property, { keys, path });
      } else if (typeof additionalProperties === "object") {
        // The keys of a map, as labels, are data; what stands below them may have fields.
        visit(inner, additionalProperties, { keys, path: `${place.path}.*` });
      } else {
        free.add(path);
      }
    }
  };
  visit(object, schema, { keys: [], path: "" });
  return { declared: [...declared.values()], free: [...free].sort() };
}

type Place = { readonly keys: readonly (string | number)[]; readonly path: string };

const isOpen = (schema: Schema): boolean => schema["x-kubernetes-preserve-unknown-fields"] === true;

function fieldOf(
  object: KubernetesObject,
  keys: readonly (string | number)[],
  path: string,
): Field {
  const name = String(keys.at(-1));
  const misspelt = name + name.at(-1);
  const depth = keys.filter((key) => typeof key === "string").length;
  return { path, depth, misspelt, object: rename(object, keys, misspelt) as KubernetesObject };
}

/** A copy in which the key at the end of a path has another name, at the same place. */
function rename(value: unknown, keys: readonly (string | number)[], name: string): unknown {
  const [key, ...rest] = keys;
  const next = (inner: unknown) => (rest.length === 0 ? inner : rename(inner, rest, name));
  if (Array.isArray(value)) {
    return value.map((inner, index) => (index === key ? next(inner) : inner));
  }
  return Object.fromEntries(
    Object.entries(value as object).map(([own, inner]) =>
      own === key ? [rest.length === 0 ? name : own, next(inner)] : [own, inner],
    ),
  );
}

/** Follows references; a schema of the API server refers alone or inside `allOf`. */
function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  return resolve(schemas[reference.split("/").at(-1) as string] ?? {}, schemas);
}
