import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { isUnknown } from "#infra/host/provider/resource.ts";
import { toStruct } from "#infra/host/provider/server.ts";
import { groupOf } from "./diff.ts";
import { type ChartInputs, renderChart } from "./helm.ts";
import { openMonitor } from "./monitor.ts";
import type { KubeObject } from "./objects.ts";
import type { Operations } from "./operations.ts";
import { plainOf } from "./secrets.ts";

const chartType = "kubernetes:helm.sh/v4:Chart";

/** Makes a chart: the component, and each object that Helm renders as a child of it. */
export async function construct(
  operations: Operations,
  request: Messages.ConstructRequest,
): Promise<Messages.ConstructResponse> {
  if (request.getType() !== chartType) {
    throw new Error(`the stand-in for the Kubernetes provider has no ${request.getType()}`);
  }
  const monitor = openMonitor(request);
  try {
    const urn = await monitor.component();
    const inputs = plainOf(request.getInputs()) as ChartInputs;
    // What depends on something that is still to be made cannot be rendered in a preview.
    const objects = isUnknown(inputs) ? [] : await render(operations, request.getName(), inputs);
    const prefix = inputs.resourcePrefix ?? request.getName();
    const first = objects.filter(({ kind }) => foundations.has(kind));
    const rest = objects.filter(({ kind }) => !foundations.has(kind));
    const register = (object: KubeObject, after: readonly string[]): Promise<string> =>
      monitor.child({ parent: urn, name: `${prefix}:${pathOf(object)}`, object, after });
    const urns = await Promise.all(first.map((object) => register(object, [])));
    await Promise.all(
      rest.map((object) =>
        register(
          object,
          urns.filter((_urn, at) => isBelow(object, first[at] as KubeObject)),
        ),
      ),
    );
    const state = toStruct({});
    await monitor.outputs(urn, state);
    return new messages.ConstructResponse().setUrn(urn).setState(state);
  } finally {
    monitor.close();
  }
}

/** Kinds without which others of the same chart cannot be. */
const foundations = new Set(["CustomResourceDefinition", "Namespace"]);

const isBelow = (object: KubeObject, { kind, metadata, spec }: KubeObject): boolean =>
  kind === "Namespace"
    ? object.metadata?.namespace === metadata?.name
    : spec.names.kind === object.kind && spec.group === groupOf(object);

async function render(
  { cluster, discovery }: Operations,
  resource: string,
  inputs: ChartInputs,
): Promise<KubeObject[]> {
  const { namespace = cluster.namespace, name = resource } = inputs;
  const { body } = await cluster.ask("/version");
  const capabilities = { version: String(body.gitVersion), kinds: await discovery.kinds() };
  const objects = await renderChart(inputs, { name, namespace }, capabilities);
  const settled = objects.map(async (object) => {
    const isPlaced = object.metadata?.namespace !== undefined;
    const place = !isPlaced && (await isNamespaced(discovery, object, objects)) && { namespace };
    const annotations = inputs.skipAwait && {
      annotations: { ...object.metadata?.annotations, "pulumi.com/skipAwait": "true" },
    };
    return { ...object, metadata: { ...object.metadata, ...place, ...annotations } };
  });
  return Promise.all(settled);
}

/** By what the cluster says, or by the definition that the chart brings. */
async function isNamespaced(
  discovery: Operations["discovery"],
  object: KubeObject,
  all: readonly KubeObject[],
): Promise<boolean> {
  const definition = all.find(
    (one) => one.kind === "CustomResourceDefinition" && isBelow(object, one),
  );
  if (definition) return definition.spec.scope === "Namespaced";
  return (await discovery.served(object))?.namespaced ?? true;
}

const pathOf = ({ metadata }: KubeObject): string =>
  [metadata?.namespace, metadata?.name].filter(Boolean).join("/");
