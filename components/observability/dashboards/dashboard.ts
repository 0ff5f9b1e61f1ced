import { createHash } from "node:crypto";

/** Grafana's units that are used here. */
export type Unit =
  | "short"
  | "reqps"
  | "s"
  | "ms"
  | "bytes"
  | "percentunit"
  | "dateTimeFromNow"
  | "cps";

export type Query = { readonly expr: string; readonly legend?: string };

export type Panel = {
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** One number instead of lines over time. */
  readonly asNumber?: boolean;
  /** From here on it is red; the same number as in the alert. */
  readonly redFrom?: number;
};

export type Row = { readonly title: string; readonly panels: readonly Panel[] };

export type Dashboard = {
  /** In its file's name and its address; unique within a stack. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
};

/** The window over which Grafana wants rates, by how often is measured and what is shown. */
export const rateWindow = "$__rate_interval";

const columns = 24;
const perRow = 4;
const datasource = { type: "prometheus", uid: "$datasource" };

/** A dashboard in Grafana's own model. Several stacks may share a Grafana: ids have the namespace. */
export function grafanaModel(dashboard: Dashboard, namespace: string) {
  const { panels } = dashboard.rows.reduce(layRow, { panels: [], y: 0 });
  return {
    uid: uidOf(`${namespace}/${dashboard.name}`),
    title: dashboard.title,
    description: dashboard.description,
    tags: ["todo-evolution", namespace],
    schemaVersion: 41,
    editable: false,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    templating: {
      list: [{ name: "datasource", label: "Source", type: "datasource", query: "prometheus" }],
    },
    panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
  };
}

type Laid = { readonly panels: readonly object[]; readonly y: number };

/** Numbers are low and come first in a row by their own; lines share the width, four at most. */
function layRow({ panels, y }: Laid, { title, panels: own }: Row): Laid {
  const header = { type: "row", title, collapsed: false, gridPos: { x: 0, y, w: columns, h: 1 } };
  const numbers = layLine(
    own.filter((panel) => panel.asNumber),
    y + 1,
    4,
    8,
  );
  const lines = layLine(
    own.filter((panel) => !panel.asNumber),
    numbers.y,
    8,
    perRow,
  );
  return { panels: [...panels, header, ...numbers.panels, ...lines.panels], y: lines.y };
}

function layLine(panels: readonly Panel[], y: number, height: number, most: number): Laid {
  const inLine = Math.max(1, Math.min(most, panels.length));
  const width = Math.floor(columns / inLine);
  return {
    panels: panels.map((panel, index) => ({
      ...modelOf(panel),
      gridPos: {
        x: (index % inLine) * width,
        y: y + Math.floor(index / inLine) * height,
        w: width,
        h: height,
      },
    })),
    y: y + Math.ceil(panels.length / inLine) * height,
  };
}

function modelOf({ title, unit, queries, asNumber, redFrom }: Panel) {
  const steps = [
    { color: "green", value: null },
    ...(redFrom === undefined ? [] : [{ color: "red", value: redFrom }]),
  ];
  return {
    type: asNumber ? "stat" : "timeseries",
    title,
    datasource,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend ?? "__auto",
      ...(asNumber && { instant: true }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: "absolute", steps },
        ...(!asNumber && {
          custom: {
            fillOpacity: 8,
            showPoints: "never",
            thresholdsStyle: { mode: redFrom === undefined ? "off" : "line" },
          },
        }),
      },
      overrides: [],
    },
    options: asNumber
      ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "area" }
      : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
  };
}

/** Grafana takes 40 characters at most; a namespace may have 63. */
const uidOf = (text: string): string =>
  `todo-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
