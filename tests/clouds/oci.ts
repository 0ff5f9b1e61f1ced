import { topicSpecs } from "#components/kafka/topics.ts";
import { clusterConfig } from "#infra/clusters/config.ts";
import { canary } from "./canary.ts";

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

/** What Oracle gives away is a secret too. */
export const ociOutputs = (type: string, name: string): object => {
  if (type.endsWith(":AuthToken")) return { token: `${canary}-${name}` };
  return type.endsWith(":CustomerSecretKey") ? { key: `${canary}-${name}` } : {};
};

/** Dead letters are kept for 30 days by the contracts, which no stream does. */
const weekly = Object.fromEntries(
  topicSpecs("prod", {}, "brokers")
    .filter(({ config }) => Number(config["retention.ms"]) > 7 * 24 * 3_600_000)
    .map(({ name }) => [name, { retentionHours: 168 }]),
);

/** OCI Streaming, with what has to be said so that it can hold the contracts' topics. */
export const streamingSetting = { engine: "oci-streaming", tuning: { topics: weekly } };
