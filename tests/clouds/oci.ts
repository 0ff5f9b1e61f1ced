import { clusterConfig } from "#infra/clusters/config.ts";

/** What Oracle's functions answer where a made-up text would not do. */
export const ociAnswers = (token: string): object => {
  const [name] = token.split(":").slice(-1);
  switch (name) {
    case "getAvailabilityDomains":
      return {
        availabilityDomains: [1, 2, 3].map((one) => ({ name: `x:EU-FRANKFURT-1-AD-${one}` })),
      };
    case "getNodePoolOption":
      return {
        sources: ["OKE-8.10-2026.05", "OKE-8.10-2026.08", "OKE-8.10-aarch64-2026.09"].map(
          (sourceName) => ({ sourceName, imageId: `image of ${sourceName}` }),
        ),
      };
    case "getClusterKubeConfig":
      return { content: "clusters:\n- cluster:\n    certificate-authority-data: TUE9PQ==\n" };
    default:
      return {};
  }
};

/** The least that is said of a cluster of Oracle Cloud. */
export const okeSetting = {
  kind: "oke",
  tenancyId: "ocid1.tenancy.oc1..acme",
  compartmentId: "ocid1.compartment.oc1..todo",
  allowedRanges: ["203.0.113.0/24"],
};

/** The same as it is read, with its defaults. */
export function okeConfigOf(changes: object = {}) {
  const config = clusterConfig.parse({ ...okeSetting, ...changes });
  if (config.kind !== "oke") throw new Error(`not a cluster of Oracle Cloud: ${config.kind}`);
  return config;
}
