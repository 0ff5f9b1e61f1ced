import { type Recorded, secretMark } from "#components/recording.ts";

/** As the engine's own digest (`pulumi preview --json`) has it, as far as it is known without one. */
export type Digest = {
  readonly steps: readonly object[];
  readonly diagnostics: readonly object[];
  readonly changeSummary: Readonly<Record<string, number>>;
};

/**
 * What differs between two recordings of a stack, in the form of the engine's digest. Without a
 * provider nobody knows which difference forces a replacement: all are updates.
 */
export function digestOf(before: readonly Recorded[], after: readonly Recorded[]): Digest {
  const [was, is] = [before, after].map((all) => new Map(all.map((one) => [one.urn, one])));
  const urns = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
  const steps = urns.map((urn) => stepOf(urn, was?.get(urn), is?.get(urn)));
  const changeSummary: Record<string, number> = {};
  for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
  return { steps, diagnostics: [], changeSummary };
}

function stepOf(urn: string, was: Recorded | undefined, is: Recorded | undefined) {
  const { type, name } = (is ?? was) as Recorded;
  const paths = was && is ? differences(was.inputs, is.inputs) : [];
  const same = was !== undefined && is !== undefined && paths.length === 0;
  const op = same ? "same" : was === undefined ? "create" : is === undefined ? "delete" : "update";
  return {
    op,
    urn: `urn:pulumi:stack::todo-evolution::${type}::${name}`,
    ...(was && { oldState: stateOf(was) }),
    ...(is && { newState: stateOf(is) }),
    detailedDiff: Object.fromEntries(paths.map((path) => [path, { kind: "update" }])),
    id: urn,
  };
}

const stateOf = ({ type, custom, protect, retainOnDelete, inputs }: Recorded) => ({
  ...{ type, custom, protect, retainOnDelete },
  inputs: hidden(inputs),
});

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner)]));
}

/** Paths at which two values differ, as deep as both have the same shape. */
export function differences(one: unknown, other: unknown, path = ""): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const [before, after] = [one, other].map(childrenOf);
  if (!before || !after || Array.isArray(one) !== Array.isArray(other)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const inner = Array.isArray(one) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return differences(before[key], after[key], inner);
  });
}

const childrenOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
