import { expect, test } from "vitest";
import { googleRegionFault, zonesOf } from "./google-regions.ts";

test("a region that there is has no fault", () => {
  expect(googleRegionFault("europe-west1")).toBeUndefined();
});

test.each([
  ["europe-west11", "europe-west1, europe-west2, europe-west3"],
  ["us-central2", "us-central1"],
  ["westeurope", "europe-west1, us-central1"],
])("%s is refused with remedy and source", (region, remedy) => {
  const fault = googleRegionFault(region);
  expect(fault).toContain("no region that is known");
  expect(fault).toContain(`there are ${remedy} (https://cloud.google.com/`);
});

test.each([
  ["europe-west1", ["europe-west1-b", "europe-west1-c", "europe-west1-d"]],
  ["us-central1", ["us-central1-a", "us-central1-b", "us-central1-c"]],
])("nodes of %s stand in three of its zones", (region, zones) => {
  expect(zonesOf(region)).toEqual(zones);
});
