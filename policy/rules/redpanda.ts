import type { Props } from "../resource.ts";

/** The settings of Redpanda, given to its operator or to its chart; `undefined` for another. */
export function redpandaValues(props: Props): Props | undefined {
  if (props?.kind === "Redpanda") return props.spec?.clusterSpec ?? {};
  const chart = typeof props?.chart === "string" ? props.chart.split("/").at(-1) : undefined;
  return chart === "redpanda" ? (props.values ?? {}) : undefined;
}
