import type * as pulumi from "@pulumi/pulumi";

/** Where PostgreSQL keeps its backups: an object store. */
export type Backup = {
  /** `s3://bucket/path`, `gs://bucket/path`, or the https address of a container in Azure. */
  readonly destination: string;
  /** Of an S3 that is not Amazon's. */
  readonly endpoint?: string | undefined;
  readonly retentionDays: number;
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
export const credentialKeys = { id: "ACCESS_KEY_ID", secret: "SECRET_ACCESS_KEY" } as const;

/** The store in CloudNativePG's words. `secret` is the name of that with the credentials. */
export const objectStore = (
  { destination, endpoint }: Backup,
  secret: pulumi.Input<string> | undefined,
) => ({
  destinationPath: destination,
  ...(endpoint !== undefined && { endpointURL: endpoint }),
  ...credentialsOf(destination, secret),
  wal: { compression: "gzip", maxParallel: 2 },
  data: { compression: "gzip" },
});

function credentialsOf(destination: string, secret: pulumi.Input<string> | undefined) {
  if (destination.startsWith("gs://")) return { googleCredentials: { gkeEnvironment: true } };
  if (!destination.startsWith("s3://")) return { azureCredentials: { inheritFromAzureAD: true } };
  return {
    s3Credentials:
      secret === undefined
        ? { inheritFromIAMRole: true }
        : {
            accessKeyId: { name: secret, key: credentialKeys.id },
            secretAccessKey: { name: secret, key: credentialKeys.secret },
          },
  };
}
