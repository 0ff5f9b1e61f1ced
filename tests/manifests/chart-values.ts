import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The values that a chart knows, by name, with their defaults. */
export type Defaults = { readonly [key: string]: unknown };

/** Where a module keeps a chart. */
export type ChartPlace = {
  readonly module: string;
  readonly folder: string;
  /** A file that is written when the chart is released: from which other one, with what filled in. */
  readonly written?: {
    readonly file: string;
    readonly from: string;
    readonly filled: Readonly<Record<string, string>>;
  };
};

/** The charts that Go modules bring along, by the name of their release. */
const places: Readonly<Record<string, ChartPlace>> = {
  dapr: { module: "github.com/dapr/dapr", folder: "charts/dapr" },
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager",
    folder: "deploy/charts/cert-manager",
    written: {
      file: "Chart.yaml",
      from: "Chart.template.yaml",
      filled: { "{{IS_PRERELEASE}}": "false" },
    },
  },
  "envoy-gateway": {
    module: "github.com/envoyproxy/gateway",
    folder: "charts/gateway-helm",
    written: {
      file: "values.yaml",
      from: "values.tmpl.yaml",
      filled: {
        "${GatewayImage}": "docker.io/envoyproxy/gateway:v1.6.0",
        "${GatewayImagePullPolicy}": "IfNotPresent",
      },
    },
  },
};

/** Where a chart is found in a module; `undefined` where no module has it. */
export const folderOfChart = (name: string): ChartPlace | undefined => places[name];

/** The defaults of each chart that can be had, by the name of its release. */
export const loadDefaults = (modules: ReadonlyMap<string, string>): Record<string, Defaults> =>
  Object.fromEntries(
    Object.entries(places).map(([name, { module, folder }]) => [
      name,
      defaultsIn(join(modules.get(module) as string, folder)),
    ]),
  );

/** Those of a chart; the charts inside it have theirs below their own names. */
function defaultsIn(chart: string): Defaults {
  const file = ["values.yaml", "values.tmpl.yaml"].find((one) => existsSync(join(chart, one)));
  const own = file ? (parse(readFileSync(join(chart, file), "utf8")) ?? {}) : {};
  const inner = join(chart, "charts");
  const parts = existsSync(inner) ? readdirSync(inner) : [];
  return {
    ...Object.fromEntries(parts.map((part) => [part, defaultsIn(join(inner, part))])),
    ...own,
  };
}

/**
 * Values that a chart does not know, as paths. Below a default that is empty, or is no map, a
 * chart takes what it is given, and nothing can be said.
 */
export function unknownValues(values: Defaults, defaults: Defaults, path = ""): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (!Object.hasOwn(defaults, key)) return [at];
    const known = defaults[key];
    const isOpen = !isMap(known) || Object.keys(known).length === 0 || !isMap(value);
    return isOpen ? [] : unknownValues(value, known, at);
  });
}

const isMap = (value: unknown): value is Defaults =>
  typeof value === "object" && value !== null && !Array.isArray(value);
