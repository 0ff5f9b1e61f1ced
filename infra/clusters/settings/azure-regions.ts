/** Where Azure's regions are listed, with their zones and the names that programs use. */
export const azureRegionsSource = "https://learn.microsoft.com/azure/reliability/regions-list";

/** Regions with three availability zones, by that list. */
const zoned = [
  ...["australiaeast", "austriaeast", "belgiumcentral", "brazilsouth", "canadacentral"],
  ...["centralindia", "centralus", "chilecentral", "eastasia", "eastus", "eastus2"],
  ...["francecentral", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth"],
  ...["japaneast", "japanwest", "koreacentral", "malaysiawest", "mexicocentral"],
  ...["newzealandnorth", "northeurope", "norwayeast", "polandcentral", "qatarcentral"],
  ...["southafricanorth", "southcentralus", "southeastasia", "spaincentral", "swedencentral"],
  ...["switzerlandnorth", "uaenorth", "uksouth", "westeurope", "westus2", "westus3"],
];

/** Regions without zones: AKS would run there, but not over three of them. */
const unzoned = [
  ...["australiacentral", "australiacentral2", "australiasoutheast", "brazilsoutheast"],
  ...["canadaeast", "francesouth", "germanynorth", "jioindiacentral", "jioindiawest"],
  ...["koreasouth", "northcentralus", "norwaywest", "southafricawest", "southindia"],
  ...["switzerlandwest", "uaecentral", "ukwest", "westcentralus", "westindia", "westus"],
];

/** Why a cluster of ours, with all that stands beside it, cannot be in a region, and the remedy. */
export function azureRegionFault(location: string): string | undefined {
  if (zoned.includes(location)) return undefined;
  const fault = unzoned.includes(location)
    ? "a region without availability zones, over which nodes, PostgreSQL and Redis are spread"
    : "no region that is known";
  return `${fault}; with three zones there are ${nearest(location)} (${azureRegionsSource})`;
}

/** The regions that begin in the same way, which are in the same part of the world. */
function nearest(location: string): string {
  const alike = (letters: number) =>
    zoned.filter((region) => region.slice(0, letters) === location.slice(0, letters));
  const found = [8, 6, 4, 3].map(alike).find((regions) => regions.length > 0);
  return (found ?? ["westeurope", "eastus2"]).slice(0, 3).join(", ");
}
