import type { Props } from "../resource.ts";
import { listOf } from "../resource.ts";
import { type Traits, unless } from "./traits.ts";

const noKey = "is not encrypted with a key of the customer";

/** What Oracle's kinds of resources are to the rules, by their tokens. */
export const ociKinds: Readonly<Record<string, Traits>> = {
  "oci:ContainerEngine/cluster:Cluster": {
    open: ({ endpointConfig }) =>
      unless(
        endpointConfig !== undefined &&
          (endpointConfig.isPublicIpEnabled === false || listOf(endpointConfig.nsgIds).length > 0),
        "has an API server that everybody reaches",
      ),
    unlocked: ({ kmsKeyId }) => unless(kmsKeyId !== undefined, noKey),
    keepsData: true,
  },
  "oci:ContainerEngine/nodePool:NodePool": {
    unlocked: ({ nodeConfigDetails }) => unless(nodeConfigDetails?.kmsKeyId !== undefined, noKey),
    inClear: ({ nodeConfigDetails }) =>
      unless(
        nodeConfigDetails?.isPvEncryptionInTransitEnabled === true,
        "talks to its disks without encryption",
      ),
  },
  "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule": { open: openRule },
  "oci:Artifacts/containerRepository:ContainerRepository": {
    open: ({ isPublic }) => unless(isPublic === false, "shows its images to everybody"),
  },
  "oci:Streaming/streamPool:StreamPool": {
    open: ({ privateEndpointSettings }) =>
      unless(
        privateEndpointSettings?.subnetId !== undefined &&
          listOf(privateEndpointSettings.nsgIds).length > 0,
        "can be reached from the internet",
      ),
    unlocked: ({ customEncryptionKey }) =>
      unless(customEncryptionKey?.kmsKeyId !== undefined, noKey),
    keepsData: true,
  },
  "oci:Streaming/stream:Stream": { keepsData: true },
  // Both stand in a subnet of the network always, encrypted in Oracle's own way and reached by TLS.
  "oci:Psql/dbSystem:DbSystem": {
    open: ({ networkDetails }) =>
      unless(listOf(networkDetails?.nsgIds).length > 0, "has no guard before it"),
    keepsData: true,
  },
  "oci:Redis/redisCluster:RedisCluster": {
    open: ({ nsgIds }) => unless(listOf(nsgIds).length > 0, "has no guard before it"),
    keepsData: true,
  },
  "oci:Redis/ociCacheUser:OciCacheUser": {
    wide: ({ authenticationMode }) =>
      unless(
        ["PASSWORD", "IAM"].includes(authenticationMode?.authenticationType),
        "lets in whoever comes",
      ),
  },
  "oci:ObjectStorage/bucket:Bucket": {
    open: ({ accessType }) =>
      unless(accessType === "NoPublicAccess", "shows its objects to everybody"),
    unlocked: ({ kmsKeyId }) => unless(kmsKeyId !== undefined, noKey),
    keepsData: true,
  },
  "oci:Kms/vault:Vault": { keepsData: true },
  "oci:Kms/key:Key": { keepsData: true },
  "oci:Identity/policy:Policy": {
    wide: ({ statements }) => listOf(statements).flatMap((one) => wideStatement(String(one))),
  },
};

/** Ports by which the gateway is reached: its own, and those that nodes have for it. */
const gatewayPorts = (min: number, max: number): boolean =>
  [80, 443].includes(min) ? min === max : min >= 30_000 && max <= 32_767;

function openRule({ direction, source, tcpOptions }: Props): string[] {
  if (direction !== "INGRESS" || !String(source).endsWith("/0")) return [];
  const { min, max } = tcpOptions?.destinationPortRange ?? {};
  return unless(gatewayPorts(min, max), `lets ${source} to more than the gateway's ports`);
}

/** What is wide about a statement of a policy. */
export function wideStatement(statement: string): string[] {
  const text = statement.toLowerCase();
  return [
    ...unless(!/\ball-resources\b/.test(text), `gives rights to all-resources: ${statement}`),
    ...unless(!/\bin tenancy\b/.test(text), `gives its rights in the whole tenancy: ${statement}`),
    ...unless(
      !/\bany-(user|group)\b/.test(text) ||
        (/\bwhere all\b/.test(text) && /request\.principal\.type\s*=/.test(text)),
      `is for everybody: ${statement}`,
    ),
  ];
}
