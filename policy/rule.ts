import type { Resource } from "./resource.ts";
import { kindOf } from "./resource.ts";

/** What a rule may have to know of the stack besides its resources. */
export type Settings = {
  readonly size: "dev" | "prod";
  /** How an image of others is to be named: by digest, or by digest or version. */
  readonly thirdPartyImages: "digest" | "version";
};

/** A resource that does not keep to a rule, and how: a clause whose subject is the resource. */
export type Fault = { readonly resource: Resource; readonly fault: string };

type Common = {
  /** In kebab case; how people and `--policy-pack-config` call it. */
  readonly name: string;
  /** What holds where the rule is kept: a sentence. */
  readonly says: string;
  /** What to do about a fault: a sentence. */
  readonly remedy: string;
  /** Advice is told and stops nothing. */
  readonly advisory?: true;
  /** Charts are the work of others: most rules are only about what we write ourselves. */
  readonly whose?: "everyone's" | "charts'";
  /** Whether an object may be excepted by an annotation that says why, as `exceptionOf` reads it. */
  readonly exceptions?: true;
  /** Kinds that it looks at, as `apps/Deployment`, whatever their version; or all of operators. */
  readonly about: readonly string[] | "custom";
  /** Settings that `--policy-pack-config` may set for this rule, as JSON schemas. */
  readonly options?: Readonly<Record<string, { readonly type: "string"; enum: string[] }>>;
};

/** A rule that looks at one resource at a time, before it is made. */
export type ResourceRule = Common & {
  readonly faultsOf: (resource: Resource, settings: Settings) => readonly string[];
};

/** A rule that compares resources, when all of them are known. */
export type StackRule = Common & {
  readonly faultsIn: (resources: readonly Resource[], settings: Settings) => readonly Fault[];
};

export type Rule = ResourceRule | StackRule;

/** The settings by which a stack is judged that says nothing else: the stricter of each. */
export const settingsOf = (given: Partial<Settings>): Settings => {
  const size = given.size ?? "prod";
  return { size, thirdPartyImages: size === "prod" ? "digest" : "version", ...given };
};

/** The annotation that excepts an object from a rule; its value says why. */
export const exceptionOf = (rule: Rule): string => `todo-evolution/except-${rule.name}`;

/** Whether a rule looks at a resource at all. */
export function concerns(rule: Rule, resource: Resource): boolean {
  if (rule.whose !== "everyone's" && resource.fromChart !== (rule.whose === "charts'"))
    return false;
  if (!looksAt(rule, resource.type)) return false;
  const why = resource.props?.metadata?.annotations?.[exceptionOf(rule)];
  return !(rule.exceptions && typeof why === "string" && why.trim() !== "");
}

/** Whether a rule looks at resources of this type. */
export function looksAt({ about }: Rule, type: string): boolean {
  const kind = kindOf(type);
  // Kubernetes' own groups have no dot or end in k8s.io; a chart is no object.
  return about === "custom"
    ? kind !== type && /^(?!.*k8s\.io\/|helm\.sh\/)[^/]*\.[^/]*\//.test(kind)
    : about.includes(kind);
}
