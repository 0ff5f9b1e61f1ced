/** Where Oracle lists its regions with the number of their availability domains. */
export const ociRegionsSource = "https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm";

/** Regions with three availability domains, by that list. */
const wide = ["eu-frankfurt-1", "uk-london-1", "us-ashburn-1", "us-phoenix-1"];

/** Regions with one availability domain, which has three fault domains as any. */
const narrow = [
  ...["af-johannesburg-1", "ap-chuncheon-1", "ap-hyderabad-1", "ap-melbourne-1", "ap-mumbai-1"],
  ...["ap-osaka-1", "ap-seoul-1", "ap-singapore-1", "ap-sydney-1", "ap-tokyo-1"],
  ...["ca-montreal-1", "ca-toronto-1", "eu-amsterdam-1", "eu-madrid-1", "eu-marseille-1"],
  ...["eu-milan-1", "eu-paris-1", "eu-stockholm-1", "eu-zurich-1", "il-jerusalem-1"],
  ...["me-abudhabi-1", "me-dubai-1", "me-jeddah-1", "mx-monterrey-1", "mx-queretaro-1"],
  ...["sa-bogota-1", "sa-santiago-1", "sa-saopaulo-1", "sa-valparaiso-1", "sa-vinhedo-1"],
  ...["uk-cardiff-1", "us-chicago-1", "us-sanjose-1"],
];

/** Whether nodes can stand in three buildings there, or in three parts of one. */
export const hasThreeDomains = (region: string): boolean => wide.includes(region);

/** Why a cluster of ours cannot be in a region, and the remedy. */
export function ociRegionFault(region: string): string | undefined {
  if (hasThreeDomains(region) || narrow.includes(region)) return undefined;
  return `no region that is known; there are ${nearest(region)} (${ociRegionsSource})`;
}

/** The regions that begin in the same way, which are in the same part of the world. */
function nearest(region: string): string {
  const alike = (letters: number) =>
    [...wide, ...narrow].filter((known) => known.slice(0, letters) === region.slice(0, letters));
  const found = [8, 5, 3].map(alike).find((regions) => regions.length > 0);
  return (found ?? wide).slice(0, 3).join(", ");
}
