import { CustomerSecretKey } from "@pulumi/oci/identity/customerSecretKey.js";
import { Bucket } from "@pulumi/oci/objectstorage/bucket.js";
import { getNamespaceOutput } from "@pulumi/oci/objectstorage/getNamespace.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import { makeAccount } from "#infra/clusters/oke/accounts.ts";
import { sendLogs } from "#infra/clusters/oke/logs.ts";
import { allow } from "#infra/clusters/oke/policies.ts";
import type { BackupWriter, ManagedArgs, ManagedBackups } from "../managed.ts";
import { placeOf } from "./place.ts";

/**
 * A private bucket for backups that keeps what is overwritten, by its endpoint of S3: that signs in
 * by a key, so there is an account which may write to this bucket and nothing else.
 * Source: https://docs.oracle.com/iaas/Content/Object/Tasks/s3compatibleapi.htm
 */
export function ociObjectStorageBackups(args: ManagedArgs<"oci"> & BackupWriter): ManagedBackups {
  const { home, writer } = args;
  const place = placeOf("OciObjectStorage", `${args.place.namespace}-backups`, args);
  const { name, compartmentId, region, child, identityChild } = place;
  const { namespace } = getNamespaceOutput({ compartmentId }, child);
  const bucket = new Bucket(
    name,
    {
      compartmentId,
      namespace,
      name,
      accessType: "NoPublicAccess",
      storageTier: "Standard",
      versioning: "Enabled",
      kmsKeyId: home.encryption.keyId,
    },
    { ...child, ...kept(args.place) },
  );
  sendLogs(
    name,
    {
      group: home.logsId,
      service: "objectstorage",
      category: "write",
      of: bucket.name,
      days: home.logDays,
    },
    child,
  );
  const account = makeAccount(`${name}-${writer}`, "Writes backups of Todo Evolution", place);
  const thisBucket = [pulumi.interpolate`target.bucket.name = '${bucket.name}'`];
  const policy = allow(
    `${name}-${writer}`,
    "Who writes backups of Todo Evolution",
    [
      { who: account.who, verb: "read", what: "buckets", where: thisBucket },
      { who: account.who, verb: "manage", what: "objects", where: thisBucket },
    ],
    place,
  );
  const key = new CustomerSecretKey(
    `${name}-${writer}`,
    { displayName: name, userId: account.user.id },
    // The SDK does not say so.
    { ...identityChild, additionalSecretOutputs: ["key"] },
  );
  return {
    destination: pulumi.interpolate`s3://${bucket.name}/`,
    endpoint: pulumi.interpolate`https://${namespace}.compat.objectstorage.${region}.oraclecloud.com`,
    region,
    store: "s3",
    credentials: { accessKeyId: key.id, secretAccessKey: pulumi.secret(key.key) },
    ready: [bucket, policy, account.ready],
  };
}
