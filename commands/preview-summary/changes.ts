import type { Preview, Step } from "./preview.ts";

export type Verb = "create" | "update" | "replace" | "delete";
export const verbs: readonly Verb[] = ["create", "update", "replace", "delete"];

/** What happens to one resource, a replacement taken together. */
export type Change = Step & { readonly verb: Verb };

/**
 * What happens to the resources of a stack that stand somewhere, by kind and name: the engine works
 * on several at once, and its order differs from run to run.
 */
export function changesOf({ steps }: Preview): Change[] {
  const changes = new Map<string, Change>();
  for (const step of steps) {
    const verb = verbOf(step.op);
    if (verb === undefined || !step.isCustom || step.type.startsWith("pulumi:providers:")) continue;
    const earlier = changes.get(step.urn);
    // `replace` itself knows both states; its making and its deletion know one each.
    if (earlier && !(verb === "replace" && step.op === "replace")) continue;
    changes.set(step.urn, { ...step, verb });
  }
  const key = (change: Change): string => `${kindOf(change)} ${change.name}`;
  return [...changes.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** How many stay as they are. */
export const unchanged = ({ steps }: Preview): number =>
  steps.filter(({ op, isCustom, type }) => op === "same" && isCustom && !/^pulumi:/.test(type))
    .length;

function verbOf(op: string): Verb | undefined {
  if (op === "create" || op === "import") return "create";
  if (op === "update") return "update";
  if (/^(replace|(create|delete|import)-replace(d|ment))$/.test(op)) return "replace";
  return op === "delete" ? "delete" : undefined;
}

/** `KafkaTopic`: the last word of a type. */
export const kindOf = ({ type }: Pick<Step, "type">): string => type.split(":").at(-1) ?? type;
