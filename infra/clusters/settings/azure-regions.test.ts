import { expect, test } from "vitest";
import { azureRegionFault } from "./azure-regions.ts";

test("a region with three zones has no fault", () => {
  expect(azureRegionFault("westeurope")).toBeUndefined();
});

test.each([
  ["westus", "without availability zones", "westus2, westus3"],
  ["westeurop", "no region that is known", "westeurope"],
  ["moon", "no region that is known", "westeurope, eastus2"],
])("%s is refused with reason, remedy and source", (location, reason, remedy) => {
  const fault = azureRegionFault(location);
  expect(fault).toContain(reason);
  expect(fault).toContain(`there are ${remedy} (https://learn.microsoft.com/`);
});
