import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import {
  inNamespace,
  type KubernetesObject,
  type RenderedChart,
  type RenderedObject,
} from "#commands/render/objects.ts";
import { type ChartPlace, folderOfChart } from "./chart-values.ts";
import type { Render } from "./renders.ts";

/** What it takes to render charts. */
export type Chartroom = {
  readonly helm: string;
  /** Where Go keeps each module. */
  readonly modules: ReadonlyMap<string, string>;
  /** A folder for charts that must be put together first. */
  readonly scratch: string;
};

/**
 * What charts become with the values that the renders give them, each set of values once: those
 * charts that a module brings along. All others are left to the cluster.
 */
export function renderCharts(room: Chartroom, renders: readonly Render[]): Render[] {
  const found = new Map<string, Render>();
  for (const { name: render, charts } of renders) {
    for (const chart of charts.filter(({ name }) => folderOfChart(name))) {
      const key = JSON.stringify(chart);
      if (!found.has(key)) found.set(key, renderChart(room, chart, render));
    }
  }
  return [...found.values()];
}

function renderChart(room: Chartroom, chart: RenderedChart, render: string): Render {
  const name = `chart ${chart.name}, ${render}`;
  try {
    return { name, objects: objectsOfChart(room, chart), charts: [] };
  } catch (error) {
    return { name, objects: [], charts: [], failure: (error as Error).message };
  }
}

function objectsOfChart(
  room: Chartroom,
  { name, namespace, values }: RenderedChart,
): RenderedObject[] {
  const chart = putTogether(room, name, folderOfChart(name) as ChartPlace);
  const text = execFileSync(
    room.helm,
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

/** The folder of a chart as Helm takes it: the module's, or a copy with what a release adds. */
function putTogether(room: Chartroom, name: string, place: ChartPlace): string {
  const source = join(room.modules.get(place.module) as string, place.folder);
  if (place.written === undefined) return source;
  const folder = join(room.scratch, name);
  // File by file: a copy of the tree would be as read-only as Go's cache is.
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (statSync(join(source, file)).isDirectory()) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), readFileSync(join(source, file)));
  }
  const { file, from, filled } = place.written;
  let text = readFileSync(join(source, from), "utf8");
  for (const [blank, value] of Object.entries(filled)) text = text.replaceAll(blank, value);
  writeFileSync(join(folder, file), text);
  return folder;
}
