import { expect, test } from "vitest";
import { hasThreeDomains, ociRegionFault } from "./oci-regions.ts";

test.each([
  ["eu-frankfurt-1", true],
  ["eu-zurich-1", false],
])("%s has no fault, and three availability domains or not: %s", (region, three) => {
  expect(ociRegionFault(region)).toBeUndefined();
  expect(hasThreeDomains(region)).toBe(three);
});

test.each([
  ["eu-frankfurt", "eu-frankfurt-1"],
  ["sa-rio-1", "sa-bogota-1, sa-santiago-1, sa-saopaulo-1"],
  ["moon", "eu-frankfurt-1, uk-london-1, us-ashburn-1"],
])("%s is refused with remedy and source", (region, remedy) => {
  const fault = ociRegionFault(region);
  expect(fault).toContain(`no region that is known; there are ${remedy} (https://docs.oracle.com/`);
});
