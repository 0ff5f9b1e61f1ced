import { Rrset } from "@pulumi/oci/dns/rrset.js";
import { Zone } from "@pulumi/oci/dns/zone.js";
import type * as pulumi from "@pulumi/pulumi";
import type { OciPlace } from "./place.ts";

/** A zone whose own and wildcard name is the gateway's; who has the domain refers to it. */
export function makeNames(
  { name, compartmentId, child }: OciPlace,
  args: { readonly zone: string; readonly address: pulumi.Input<string> },
): void {
  const zone = new Zone(
    `${name}-names`,
    { compartmentId, name: args.zone, zoneType: "PRIMARY" },
    child,
  );
  for (const domain of [args.zone, `*.${args.zone}`]) {
    new Rrset(
      domain,
      {
        zoneNameOrId: zone.id,
        domain,
        rtype: "A",
        items: [{ domain, rtype: "A", ttl: 300, rdata: args.address }],
      },
      child,
    );
  }
}
