import type { Registered, Resource } from "./resource.ts";
import { labelOf, recordedResources } from "./resource.ts";
import type { Fault, Rule, Settings } from "./rule.ts";
import { concerns, exceptionOf, looksAt, settingsOf } from "./rule.ts";
import { rules } from "./rules.ts";

/** One resource that does not keep to one rule. */
export type Violation = {
  readonly rule: string;
  readonly level: "mandatory" | "advisory";
  readonly urn: string;
  /** Names the object, what is wrong with it, and the remedy. */
  readonly message: string;
};

/**
 * Judges a recorded program by the rules that the policy pack has, without an engine.
 * By default as strictly as a stack in prod.
 */
export function examine(
  recorded: readonly Registered[],
  settings: Partial<Settings> = {},
): Violation[] {
  const resources = recordedResources(recorded);
  return rules.flatMap((rule) =>
    faultsOf(rule, resources, settingsOf(settings)).map((fault) => ({
      rule: rule.name,
      level: rule.advisory ? "advisory" : "mandatory",
      urn: fault.resource.urn,
      message: messageOf(rule, fault),
    })),
  );
}

/** What breaks one rule. */
export function faultsOf(
  rule: Rule,
  resources: readonly Resource[],
  settings: Settings,
): readonly Fault[] {
  if ("faultsIn" in rule) {
    const seen = resources.filter(({ type }) => looksAt(rule, type));
    return rule.faultsIn(seen, settings).filter(({ resource }) => concerns(rule, resource));
  }
  return resources
    .filter((resource) => concerns(rule, resource))
    .flatMap((resource) => rule.faultsOf(resource, settings).map((fault) => ({ resource, fault })));
}

/** A fault as people read it: whose it is, what it is, what to do. */
export const messageOf = (rule: Rule, { resource, fault }: Fault): string =>
  `${labelOf(resource)} ${fault}. ${rule.remedy}${exceptionHint(rule)}`;

const exceptionHint = (rule: Rule): string =>
  rule.exceptions ? ` Or say why it must be so, by the annotation ${exceptionOf(rule)}.` : "";
