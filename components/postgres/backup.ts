import * as pulumi from "@pulumi/pulumi";
import type { WorkloadIdentity } from "#components/service/hono-service.ts";

export type Store = "s3" | "gcp" | "azure";

/** Where PostgreSQL keeps its backups: an object store. */
export type Backup = {
  /** `s3://bucket/path`, `gs://bucket/path`, or the https address of a container in Azure. */
  readonly destination: pulumi.Input<string>;
  /** Of an S3 that is not Amazon's. */
  readonly endpoint?: pulumi.Input<string> | undefined;
  /** Where that store wants to be told its region, as one of Oracle Cloud. */
  readonly region?: string | undefined;
  readonly retentionDays: number;
  /** Whose store it is; to be said where the destination is known late. */
  readonly store?: Store | undefined;
  /** What a cloud adds to the pods so that they have an identity there. */
  readonly identity?: WorkloadIdentity | undefined;
  /** Of an S3; without one the identity of the pods counts, in every cloud. */
  readonly credentials?:
    | {
        readonly accessKeyId: pulumi.Input<string>;
        readonly secretAccessKey: pulumi.Input<string>;
      }
    | undefined;
};

/** A state of the past: a cluster's backups in the same store, and until when they are read. */
export type Restore = {
  /** The name under which the cluster of then wrote, as `postgres`. */
  readonly from: string;
  /** RFC 3339; absent means all there is. */
  readonly at?: string | undefined;
};

/** Keys of the Secret with the credentials. */
export const credentialKeys = {
  id: "ACCESS_KEY_ID",
  secret: "SECRET_ACCESS_KEY",
  region: "REGION",
} as const;

/** The store in CloudNativePG's words. `secret` is the name of that with the credentials. */
export const objectStore = (backup: Backup, secret: pulumi.Input<string> | undefined) => ({
  destinationPath: backup.destination,
  ...(backup.endpoint !== undefined && { endpointURL: backup.endpoint }),
  ...credentialsOf(backup.store ?? storeOf(backup.destination), secret, backup.region),
  wal: { compression: "gzip", maxParallel: 2 },
  data: { compression: "gzip" },
});

/** @throws RunError for an address that is known late, of which nothing can be told */
function storeOf(destination: pulumi.Input<string>): Store {
  if (typeof destination !== "string") {
    throw new pulumi.RunError("PostgreSQL: say whose the store is, as its address is known late.");
  }
  if (destination.startsWith("gs://")) return "gcp";
  return destination.startsWith("s3://") ? "s3" : "azure";
}

function credentialsOf(
  store: Store,
  secret: pulumi.Input<string> | undefined,
  region: string | undefined,
) {
  if (store === "gcp") return { googleCredentials: { gkeEnvironment: true } };
  if (store === "azure") return { azureCredentials: { inheritFromAzureAD: true } };
  return {
    s3Credentials:
      secret === undefined
        ? { inheritFromIAMRole: true }
        : {
            accessKeyId: { name: secret, key: credentialKeys.id },
            secretAccessKey: { name: secret, key: credentialKeys.secret },
            ...(region !== undefined && { region: { name: secret, key: credentialKeys.region } }),
          },
  };
}
