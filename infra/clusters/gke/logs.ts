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
 * says; by themselves they would go after 30 days.
 */
export function makeLogs(
  { name, project, region, child }: GooglePlace,
  args: { readonly days: number; readonly after: readonly pulumi.Resource[] },
): ProjectSink {
  const bucket = new ProjectBucketConfig(
    name,
    {
      project,
      location: region,
      bucketId: `${name}-logs`,
      retentionDays: args.days,
      description: "Logs of the cluster",
    },
    { ...child, dependsOn: [...args.after] },
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
