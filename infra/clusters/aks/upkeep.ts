import { MaintenanceConfiguration } from "@pulumi/azure-native/containerservice/maintenanceConfiguration.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AksConfig } from "../settings/aks.ts";
import type { AzurePlace } from "./place.ts";

/**
 * When Azure may upgrade the cluster and the images of its nodes by itself.
 * Source: https://learn.microsoft.com/azure/aks/planned-maintenance, which has these two names
 */
export function makeUpkeep(
  { name, group, child }: AzurePlace,
  cluster: pulumi.Input<string>,
  { maintenance }: AksConfig,
): void {
  for (const configName of ["aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"]) {
    new MaintenanceConfiguration(
      `${name}-${configName}`,
      {
        resourceGroupName: group,
        resourceName: cluster,
        configName,
        maintenanceWindow: {
          schedule: { weekly: { dayOfWeek: maintenance.day, intervalWeeks: 1 } },
          startTime: maintenance.startsAt,
          durationHours: maintenance.hours,
          utcOffset: "+00:00",
        },
      },
      child,
    );
  }
}
