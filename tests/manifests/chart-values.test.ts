import { expect, test } from "vitest";
import { unknownValues } from "./chart-values.ts";

const defaults = { global: { ha: { enabled: false }, tolerations: {} }, replicas: 1, config: {} };

test("a value that the chart does not know is named, at whatever depth", () => {
  const values = { replica: 2, global: { ha: { enabeld: true } }, config: { any: 1 } };
  expect(unknownValues(values, defaults)).toEqual(["replica", "global.ha.enabeld"]);
});

test("known values pass, and whatever stands below an empty default", () => {
  const values = { replicas: 2, global: { ha: { enabled: true }, tolerations: { any: [] } } };
  expect(unknownValues(values, defaults)).toEqual([]);
});
