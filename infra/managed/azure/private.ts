import { ManagementLockByScope } from "@pulumi/azure-native/authorization/managementLockByScope.js";
import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureHome, AzureService } from "#infra/clusters/home.ts";
import type { ManagedArgs } from "../managed.ts";

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/** What Azure calls the part of a service that an endpoint leads to. */
const groupIds: Readonly<Record<AzureService, string>> = {
  "event-hubs": "namespace",
  postgres: "postgresqlServer",
  redis: "redisEnterprise",
  vault: "vault",
  blob: "blob",
};

/** The one way to a service: an address in the cluster's network, under the service's own name. */
export function privateEndpoint(
  name: string,
  home: AzureHome,
  to: { readonly service: AzureService; readonly id: pulumi.Input<string> },
  child: Child,
): pulumi.Resource {
  const { resourceGroup: resourceGroupName, location } = home;
  const endpoint = new PrivateEndpoint(
    name,
    {
      resourceGroupName,
      location,
      subnet: { id: home.endpointSubnetId },
      privateLinkServiceConnections: [
        { name, privateLinkServiceId: to.id, groupIds: [groupIds[to.service]] },
      ],
    },
    child,
  );
  return new PrivateDnsZoneGroup(
    name,
    {
      resourceGroupName,
      privateEndpointName: endpoint.name,
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [
        { name: to.service, privateDnsZoneId: home.privateZoneIds[to.service] },
      ],
    },
    child,
  );
}

/**
 * Where data is kept, nobody deletes a service or a part of it by any tool, until the lock is gone.
 * It is made after all parts of the service and goes before them.
 */
export function lock(
  name: string,
  { place }: Pick<ManagedArgs, "place">,
  of: pulumi.CustomResource,
  after: readonly pulumi.Resource[],
  child: Child,
): void {
  if (!place.keepData) return;
  new ManagementLockByScope(
    name,
    { scope: of.id, level: "CanNotDelete", notes: "Holds data of Todo Evolution." },
    { ...child, dependsOn: [...after] },
  );
}
