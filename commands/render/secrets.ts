import { secretMark } from "#components/recording.ts";

/** What a rendered file says in place of a secret. */
const secretMarker = "<secret>";

/**
 * Recorded inputs with every secret replaced by a marker, and the paths where one stood. Shapes
 * stay: what is base64 in a Secret is so afterwards, numbers and flags become 0 and false.
 */
export function withoutSecrets(inputs: unknown): {
  readonly value: unknown;
  readonly secretPaths: string[];
} {
  const secretPaths: string[] = [];
  const isSecretKind = isObject(inputs) && inputs.kind === "Secret";
  const visit = (value: unknown, path: readonly string[], hidden: boolean): unknown => {
    if (isObject(value)) {
      if (secretMark in value) return visit(value[secretMark], path, true);
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, visit(inner, [...path, key], hidden)]),
      );
    }
    if (Array.isArray(value)) {
      return value.map((inner, index) => visit(inner, [...path, String(index)], hidden));
    }
    if (!hidden || value === null || value === undefined) return value;
    secretPaths.push(path.join("."));
    return hide(value, isSecretKind && path[0] === "data");
  };
  return { value: visit(inputs, [], false), secretPaths };
}

function hide(value: unknown, isBase64: boolean): unknown {
  if (typeof value === "number") return 0;
  if (typeof value === "boolean") return false;
  return isBase64 ? Buffer.from(secretMarker).toString("base64") : secretMarker;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
