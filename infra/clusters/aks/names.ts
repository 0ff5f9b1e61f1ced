import { RecordSet } from "@pulumi/azure-native/dns/recordSet.js";
import { Zone } from "@pulumi/azure-native/dns/zone.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzurePlace } from "./place.ts";

/** A zone of names whose own address and those of all names below it are that of the gateway. */
export function makeNames(
  { group: resourceGroupName, child }: AzurePlace,
  args: { readonly zone: string; readonly address: pulumi.Input<string> },
): Zone {
  const zone = new Zone(
    args.zone,
    { resourceGroupName, location: "global", zoneName: args.zone, zoneType: "Public" },
    child,
  );
  for (const name of ["@", "*"]) {
    new RecordSet(
      `${name}.${args.zone}`,
      {
        resourceGroupName,
        zoneName: zone.name,
        relativeRecordSetName: name,
        recordType: "A",
        ttl: 300,
        aRecords: [{ ipv4Address: args.address }],
      },
      child,
    );
  }
  return zone;
}
