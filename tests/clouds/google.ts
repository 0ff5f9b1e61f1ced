import * as pulumi from "@pulumi/pulumi";
import { clusterConfig } from "#infra/clusters/config.ts";
import { canary } from "./canary.ts";

/** What Google's resources have that a made-up text would not do for; secrets say that they are. */
export function googleOutputs(type: string, name: string): object {
  if (type === "gcp:serviceaccount/key:Key") {
    return { privateKey: pulumi.secret(`${canary}-key-${name}`) };
  }
  if (type === "gcp:redis/instance:Instance") {
    return { authString: pulumi.secret(`${canary}-redis`) };
  }
  if (type === "gcp:sql/databaseInstance:DatabaseInstance") {
    return { dnsNames: [{ connectionType: "PRIVATE_SERVICES_ACCESS", name: "a.b.sql-psa.goog." }] };
  }
  return {};
}

/** The least that is said of a cluster of Google. */
export const gkeSetting = {
  kind: "gke",
  project: "todo-project",
  allowedRanges: ["203.0.113.0/24"],
};

/** The same as it is read, with its defaults. */
export function gkeConfigOf(changes: object = {}) {
  const config = clusterConfig.parse({ ...gkeSetting, ...changes });
  if (config.kind !== "gke") throw new Error(`not a cluster of Google: ${config.kind}`);
  return config;
}
