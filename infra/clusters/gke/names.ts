import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import type * as pulumi from "@pulumi/pulumi";
import type { GooglePlace } from "./place.ts";

/** A zone of names whose own address and those of all names below it are that of the gateway. */
export function makeNames(
  { project, child }: GooglePlace,
  args: { readonly zone: string; readonly address: pulumi.Input<string> },
): ManagedZone {
  const zone = new ManagedZone(
    args.zone,
    {
      project,
      name: args.zone.replaceAll(".", "-"),
      dnsName: `${args.zone}.`,
      visibility: "public",
      dnssecConfig: { state: "on" },
    },
    child,
  );
  for (const name of [args.zone, `*.${args.zone}`]) {
    new RecordSet(
      name,
      {
        project,
        managedZone: zone.name,
        name: `${name}.`,
        type: "A",
        ttl: 300,
        rrdatas: [args.address],
      },
      child,
    );
  }
  return zone;
}
