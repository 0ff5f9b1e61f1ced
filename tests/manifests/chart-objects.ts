import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import {
  inNamespace,
  type KubernetesObject,
  type RenderedChart,
  type RenderedObject,
} from "#commands/render/objects.ts";
import { type ChartPlace, folderOfChart } from "./chart-values.ts";
import type { Render } from "./renders.ts";

/**
 * What charts become with the values that the renders give them, each set of values once: those
 * charts that a module brings along as Helm takes them. All others are left to the cluster.
 */
export function renderCharts(
  helm: string,
  modules: ReadonlyMap<string, string>,
  renders: readonly Render[],
): Render[] {
  const found = new Map<string, Render>();
  for (const { name: render, charts } of renders) {
    for (const chart of charts.filter(({ name }) => folderOfChart(name)?.complete)) {
      const key = JSON.stringify(chart);
      if (!found.has(key)) found.set(key, renderChart(helm, modules, chart, render));
    }
  }
  return [...found.values()];
}

function renderChart(
  helm: string,
  modules: ReadonlyMap<string, string>,
  chart: RenderedChart,
  render: string,
): Render {
  const name = `chart ${chart.name}, ${render}`;
  try {
    return { name, objects: objectsOfChart(helm, modules, chart), charts: [] };
  } catch (error) {
    return { name, objects: [], charts: [], failure: (error as Error).message };
  }
}

function objectsOfChart(
  helm: string,
  modules: ReadonlyMap<string, string>,
  { name, namespace, values }: RenderedChart,
): RenderedObject[] {
  const { module, folder } = folderOfChart(name) as ChartPlace;
  const chart = join(modules.get(module) as string, folder);
  const text = execFileSync(
    helm,
    ["template", name, chart, "--namespace", namespace, "--kube-version", "v1.34.4", "-f", "-"],
    { input: JSON.stringify(values), encoding: "utf8", maxBuffer: 64 * 1024 ** 2 },
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
    .map((object) => ({
      component: `chart ${name}`,
      object: inNamespace(object, namespace),
      secretPaths: [],
    }));
}
