import { Bucket } from "@pulumi/gcp/storage/bucket.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { BackupWriter, ManagedArgs, ManagedBackups } from "../managed.ts";

/** What was deleted can be brought back for so long. */
const regretDays = 30;

/** Who writes backups reads, replaces and deletes them, and looks at the bucket itself. */
const roles = ["roles/storage.objectUser", "roles/storage.legacyBucketReader"] as const;

/** A bucket for backups, in three zones, without keys or a public way; one account writes. */
export function cloudStorageBackups(args: ManagedArgs<"gcp"> & BackupWriter): ManagedBackups {
  const { home, place, writer } = args;
  // Names are those of all buckets of the world: the engine adds what makes it the only one.
  const name = `${`${home.cluster}-${place.namespace}`.slice(0, 40)}-backups`;
  const parts = new pulumi.ComponentResource("todo:managed:CloudStorage", name);
  const child = { parent: parts };
  const bucket = new Bucket(
    name,
    {
      project: home.project,
      location: home.region,
      storageClass: "NEARLINE",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: regretDays * 86_400 },
      encryption: { defaultKmsKeyName: home.keyId },
      lifecycleRules: [
        {
          action: { type: "Delete" },
          // What was replaced or deleted, when it can no longer be wanted.
          condition: { daysSinceNoncurrentTime: regretDays, withState: "ARCHIVED" },
        },
      ],
      forceDestroy: false,
    },
    { ...child, ...kept(place) },
  );
  const identity = args.identityOf(writer);
  const { principal } = identity;
  if (!principal) throw new Error(`${writer} has no account at Google`);
  const rights = roles.map(
    (role) =>
      new BucketIAMMember(
        `${name}-${writer}-${role.split(".").at(-1)}`,
        { bucket: bucket.name, role, member: principal },
        child,
      ),
  );
  return {
    destination: pulumi.interpolate`gs://${bucket.name}/postgres`,
    store: "gcp",
    identity,
    ready: [bucket, ...rights, ...(identity.ready ?? [])],
  };
}
