import type { Policies, PolicyConfigSchema, ResourceValidationArgs } from "@pulumi/policy";
import { faultsOf, messageOf } from "./examine.ts";
import type { Resource } from "./resource.ts";
import { analyzedResource } from "./resource.ts";
import type { Rule, Settings } from "./rule.ts";
import { looksAt, settingsOf } from "./rule.ts";

/**
 * The rules as policies of the engine. It shows inputs before a resource is made, and outputs of
 * all at the end; rules on the whole stack are to see inputs too, so they are kept until then. In
 * the first preview of a stack that makes its own cluster, objects on that have no outputs at all.
 */
export function policiesOf(rules: readonly Rule[], given: Partial<Settings>): Policies {
  const written = new Map<string, Resource>();
  const read = (args: ResourceValidationArgs): Resource => {
    const resource = analyzedResource(args, true);
    written.set(resource.urn, resource);
    return resource;
  };
  const isCompared = (type: string): boolean =>
    rules.some((rule) => "faultsIn" in rule && looksAt(rule, type));
  let kept: string | undefined;
  /** Whichever rule is asked first keeps a resource, whether it looks at it or not. */
  const keep = (args: ResourceValidationArgs): void => {
    if (args.urn === kept) return;
    kept = args.urn;
    if (isCompared(args.type)) read(args);
  };
  return rules.map((rule) => {
    const common = {
      name: rule.name,
      description: rule.says,
      remediationSteps: rule.remedy,
      enforcementLevel: rule.advisory ? ("advisory" as const) : ("mandatory" as const),
      ...(rule.options && {
        configSchema: { properties: rule.options } as unknown as PolicyConfigSchema,
      }),
    };
    const settings = (configured: Partial<Settings>) => settingsOf({ ...given, ...configured });
    if ("faultsIn" in rule) {
      return {
        ...common,
        validateStack: (args, report) => {
          const all = args.resources
            .filter(({ type }) => looksAt(rule, type))
            .map((told) => written.get(told.urn) ?? analyzedResource(told, false));
          for (const fault of faultsOf(rule, all, settings(args.getConfig()))) {
            report(messageOf(rule, fault), fault.resource.urn);
          }
        },
      };
    }
    return {
      ...common,
      validateResource: (args, report) => {
        keep(args);
        if (!looksAt(rule, args.type)) return;
        for (const fault of faultsOf(rule, [read(args)], settings(args.getConfig()))) {
          report(messageOf(rule, fault));
        }
      },
    };
  });
}
