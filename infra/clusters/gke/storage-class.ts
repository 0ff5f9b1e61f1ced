import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** The class of all volumes of a cluster of Google. */
export const storageClassName = "todo-encrypted";

/** Disks of volumes that are encrypted with our key; the classes of GKE know only Google's. */
export const makeStorageClass = (
  keyId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass =>
  new k8s.storage.v1.StorageClass(
    storageClassName,
    {
      metadata: { name: storageClassName },
      provisioner: "pd.csi.storage.gke.io",
      // Source: https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek
      parameters: { type: "pd-balanced", "disk-encryption-kms-key": keyId },
      // A volume stands in one zone: that of the pod which first asks for it.
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
      reclaimPolicy: "Delete",
    },
    opts,
  );
