/** Where Google's regions and their zones are listed. */
export const googleRegionsSource = "https://cloud.google.com/compute/docs/regions-zones";

/** Regions by that list; those whose zones are not a, b and c follow below. */
const regions = [
  ...["africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2"],
  ...["asia-northeast3", "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2"],
  ...["asia-southeast3", "australia-southeast1", "australia-southeast2", "europe-central2"],
  ...["europe-north1", "europe-north2", "europe-southwest1", "europe-west1", "europe-west2"],
  ...["europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9"],
  ...["europe-west10", "europe-west12", "me-central1", "me-central2", "me-west1"],
  ...["northamerica-northeast1", "northamerica-northeast2", "northamerica-south1"],
  ...["southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4"],
  ...["us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4"],
];

const otherZones: Readonly<Record<string, readonly string[]>> = {
  "europe-west1": ["b", "c", "d"],
  "us-east1": ["b", "c", "d"],
};

/** The three zones of a region over which nodes are spread. */
export const zonesOf = (region: string): string[] =>
  (otherZones[region] ?? ["a", "b", "c"]).map((zone) => `${region}-${zone}`);

/** Why a cluster of ours cannot be in a region, and the remedy. */
export const googleRegionFault = (region: string): string | undefined =>
  regions.includes(region)
    ? undefined
    : `no region that is known; there are ${nearest(region)} (${googleRegionsSource})`;

/** The regions that begin in the same way, which are in the same part of the world. */
function nearest(region: string): string {
  const alike = (letters: number) =>
    regions.filter((one) => one.slice(0, letters) === region.slice(0, letters));
  const found = [10, 8, 6, 4].map(alike).find((some) => some.length > 0);
  return (found ?? ["europe-west1", "us-central1"]).slice(0, 3).join(", ");
}
