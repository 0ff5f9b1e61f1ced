import { Key } from "@pulumi/oci/kms/key.js";
import { Vault } from "@pulumi/oci/kms/vault.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { OciHome } from "../home.ts";
import type { OciPlace } from "./place.ts";
import { allow } from "./policies.ts";

/** Services of Oracle that encrypt with the key, by their names in policies. */
const users = (region: string) => ["blockstorage", `objectstorage-${region}`, "streaming"];

/**
 * The customer's own key, kept in hardware, and who may use it. Without the key all data is lost:
 * Oracle deletes it a month after it was asked to, and where data is kept nobody asks.
 * Source: https://docs.oracle.com/iaas/Content/KeyManagement/Concepts/keyoverview.htm
 */
export function makeEncryption(
  place: OciPlace,
  args: { readonly keepData: boolean },
): OciHome["encryption"] {
  const { name, compartmentId, child, region } = place;
  const keptChild = { ...child, ...kept(args) };
  const vault = new Vault(
    `${name}-keys`,
    { compartmentId, displayName: `${name}-keys`, vaultType: "DEFAULT" },
    keptChild,
  );
  const key = new Key(
    `${name}-data`,
    {
      compartmentId,
      displayName: `${name}-data`,
      managementEndpoint: vault.managementEndpoint,
      keyShape: { algorithm: "AES", length: 32 },
      protectionMode: "HSM",
    },
    keptChild,
  );
  const theKey = pulumi.interpolate`target.key.id = '${key.id}'`;
  const policy = allow(
    `${name}-encryption`,
    "Who encrypts with the key of Todo Evolution",
    [
      ...users(region).map((service) => ({
        who: `service ${service}`,
        verb: "use" as const,
        what: "keys",
        where: [theKey],
      })),
      // The control plane encrypts secrets, and hands the key on to the disks of nodes.
      ...["cluster", "nodepool"].map((type) => ({
        who: "any-user",
        verb: "use" as const,
        what: "keys",
        where: [
          `request.principal.type = '${type}'`,
          `request.principal.compartment.id = '${compartmentId}'`,
          theKey,
        ],
      })),
      {
        who: "any-user",
        verb: "use",
        what: "key-delegate",
        where: [
          "request.principal.type = 'nodepool'",
          `request.principal.compartment.id = '${compartmentId}'`,
          theKey,
        ],
      },
    ],
    place,
  );
  return {
    vaultId: vault.id,
    // Who uses the key waits until it may be used.
    keyId: pulumi.all([key.id, policy.id]).apply(([id]) => id),
  };
}
