import { clusterConfig } from "#infra/clusters/config.ts";
import { canary } from "./canary.ts";

/** What a kubeconfig of AKS looks like from outside: of it only the authority is read. */
const kubeconfig = Buffer.from("clusters:\n- cluster:\n    certificate-authority-data: TUE9PQ==\n");

/** What Azure's functions answer where a made-up text would not do. */
export const azureAnswers = (token: string): object => {
  if (token.endsWith(":listManagedClusterUserCredentials")) {
    return { kubeconfigs: [{ name: "clusterUser", value: kubeconfig.toString("base64") }] };
  }
  // What Azure gives away is a secret too.
  if (token.endsWith(":listNamespaceKeys")) return { primaryConnectionString: `${canary}-hub` };
  if (token.endsWith(":listDatabaseKeys")) return { primaryKey: `${canary}-redis` };
  return {};
};

/** The least that is said of a cluster of Azure. */
export const aksSetting = {
  kind: "aks",
  administrators: ["11111111-2222-3333-4444-555555555555"],
  allowedRanges: ["203.0.113.0/24"],
};

/** The same as it is read, with its defaults. */
export function aksConfigOf(changes: object = {}) {
  const config = clusterConfig.parse({ ...aksSetting, ...changes });
  if (config.kind !== "aks") throw new Error(`not a cluster of Azure: ${config.kind}`);
  return config;
}
