import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureHome, AzureService } from "../home.ts";
import type { AzurePlace } from "./place.ts";

/** Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const zoneNames: Readonly<Record<AzureService, string>> = {
  "event-hubs": "privatelink.servicebus.windows.net",
  postgres: "privatelink.postgres.database.azure.com",
  redis: "privatelink.redis.azure.net",
  vault: "privatelink.vaultcore.azure.net",
  blob: "privatelink.blob.core.windows.net",
};

/**
 * The zones of private endpoints, known in the cluster's network. They are the cluster's, as a
 * network can have one of a name and several stacks may stand on it.
 */
export function makePrivateZones(
  { name, group: resourceGroupName, child }: AzurePlace,
  networkId: pulumi.Input<string>,
): AzureHome["privateZoneIds"] {
  const services = Object.keys(zoneNames) as AzureService[];
  const ids = services.map((service) => {
    const zone = new PrivateZone(
      `${name}-${service}`,
      { resourceGroupName, location: "global", privateZoneName: zoneNames[service] },
      child,
    );
    new VirtualNetworkLink(
      `${name}-${service}`,
      {
        resourceGroupName,
        location: "global",
        privateZoneName: zone.name,
        virtualNetwork: { id: networkId },
        registrationEnabled: false,
      },
      child,
    );
    return [service, zone.id] as const;
  });
  return Object.fromEntries(ids) as unknown as AzureHome["privateZoneIds"];
}
