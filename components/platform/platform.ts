import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import type { ChartOverrides } from "#components/charts.ts";
import { installChart } from "#components/charts.ts";
import { namespaceObject } from "#components/namespace.ts";
import type { OperatorMode, OperatorName } from "./operators.ts";
import { operators } from "./operators.ts";

export type PlatformArgs = {
  readonly size: StackSize;
  readonly operators: Readonly<Record<OperatorName, OperatorMode>>;
  readonly charts: ChartOverrides;
  /** Values to lay over those of a chart, as the images of a mirror. */
  readonly values: { readonly [Name in OperatorName]?: Readonly<Record<string, unknown>> };
  /** Makes what is done when all programs of a namespace run, after these. */
  readonly untilReady: UntilReady;
};

export type UntilReady = (
  namespace: string,
  opts: { readonly parent: pulumi.Resource; readonly dependsOn: pulumi.Resource[] },
) => pulumi.Resource;

/**
 * The operators that this stack brings to the cluster, each in a namespace of its own. Custom
 * resources depend on the operator that reads them, so that they also go before it.
 */
export class Platform extends pulumi.ComponentResource {
  private readonly installed = new Map<OperatorName, pulumi.Resource>();
  private readonly modes: PlatformArgs["operators"];

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:platform:Platform", name, {}, opts);
    this.modes = args.operators;
    for (const [operator, mode] of Object.entries(args.operators) as [
      OperatorName,
      OperatorMode,
    ][]) {
      if (mode === "install") this.installed.set(operator, this.install(operator, args));
    }
    this.registerOutputs();
  }

  /** Whether what the operator gives can be used. */
  has(operator: OperatorName): boolean {
    return this.modes[operator] !== "none";
  }

  /** What custom resources of these operators depend on; none when they were there before. */
  ready(...names: readonly OperatorName[]): pulumi.Resource[] {
    return names.flatMap((name) => this.installed.get(name) ?? []);
  }

  private install(operator: OperatorName, args: PlatformArgs): pulumi.Resource {
    const { namespace, podSecurity, values } = operators[operator];
    const created = new k8s.core.v1.Namespace(namespace, namespaceObject(namespace, podSecurity), {
      parent: this,
    });
    const chart = installChart(
      operator,
      {
        namespace,
        values: merge(values(args.size), args.values[operator] ?? {}),
        overrides: args.charts,
      },
      { parent: this, dependsOn: created },
    );
    return args.untilReady(namespace, { parent: this, dependsOn: [chart] });
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Lays the second over the first, object by object. */
export function merge(base: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
