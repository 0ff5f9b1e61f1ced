import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import { type ChartSettings, installChart, withoutWaiting } from "#components/charts.ts";
import { namespaceObject } from "#components/namespace.ts";
import type { OperatorMode, OperatorName } from "./operators.ts";
import { operators } from "./operators.ts";

export type PlatformArgs = {
  readonly size: StackSize;
  readonly operators: Readonly<Record<OperatorName, OperatorMode>>;
  readonly charts: ChartSettings;
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
    const chart = installChart(operator, { namespace, values: values(args.size) }, args.charts, {
      parent: this,
      dependsOn: created,
      transforms: [withoutWaiting],
    });
    return args.untilReady(namespace, { parent: this, dependsOn: [chart] });
  }
}
