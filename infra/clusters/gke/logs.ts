import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { getProjectCmekSettingsOutput } from "@pulumi/gcp/logging/getProjectCmekSettings.js";
import { ProjectBucketConfig } from "@pulumi/gcp/logging/projectBucketConfig.js";
import { ProjectSink } from "@pulumi/gcp/logging/projectSink.js";
import * as pulumi from "@pulumi/pulumi";
import type { GooglePlace } from "./place.ts";

/** What the control plane and the nodes tell that somebody may have to look up. */
export const clusterLogs = [
  "SYSTEM_COMPONENTS",
  "WORKLOADS",
  "APISERVER",
  "CONTROLLER_MANAGER",
  "SCHEDULER",
] as const;

/**
 * Where logs of the cluster, and what anybody changed in it, are kept as long as the configuration
 * says, encrypted with our key; by themselves they would go after 30 days. Logs have an account of
 * their own for that, which Google makes when it is asked for it.
 * Source: https://cloud.google.com/logging/docs/routing/managed-encryption-storage
 */
export function makeLogs(
  { name, project, region, child }: GooglePlace,
  args: { readonly days: number; readonly keyId: pulumi.Output<string> },
): ProjectSink {
  // Known when the key is, and so when logging is switched on.
  const { serviceAccountId } = getProjectCmekSettingsOutput(
    { project: args.keyId.apply(() => project) },
    child,
  );
  const right = new CryptoKeyIAMMember(
    `${name}-logging`,
    {
      cryptoKeyId: args.keyId,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: pulumi.interpolate`serviceAccount:${serviceAccountId}`,
    },
    child,
  );
  const bucket = new ProjectBucketConfig(
    name,
    {
      project,
      location: region,
      bucketId: `${name}-logs`,
      retentionDays: args.days,
      description: "Logs of the cluster",
      cmekSettings: { kmsKeyName: args.keyId },
    },
    { ...child, dependsOn: right },
  );
  return new ProjectSink(
    name,
    {
      project,
      destination: pulumi.interpolate`logging.googleapis.com/${bucket.id}`,
      filter: `resource.labels.cluster_name="${name}" AND resource.labels.location="${region}"`,
      uniqueWriterIdentity: true,
    },
    child,
  );
}
