import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { OciHome } from "../home.ts";

/** The class of volumes that are encrypted with the customer's key. */
export const storageClass = "todo-encrypted";

/**
 * Oracle's own class knows no key of a customer.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 */
export const makeStorageClass = (
  { encryption }: OciHome,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass =>
  new k8s.storage.v1.StorageClass(
    storageClass,
    {
      metadata: { name: storageClass },
      provisioner: "blockvolume.csi.oraclecloud.com",
      parameters: {
        "kms-key-id": encryption.keyId,
        "attachment-type": "paravirtualized",
        vpusPerGB: "10",
      },
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Delete",
      allowVolumeExpansion: true,
    },
    opts,
  );
