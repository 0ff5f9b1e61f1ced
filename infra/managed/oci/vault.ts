import * as k8s from "@pulumi/kubernetes";
import { Key } from "@pulumi/oci/kms/key.js";
import { Vault } from "@pulumi/oci/kms/vault.js";
import { Secret } from "@pulumi/oci/vault/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { kept, labelsOf } from "#components/place.ts";
import type { OciPlace } from "#infra/clusters/oke/place.ts";
import { allow } from "#infra/clusters/oke/policies.ts";
import type { ManagedArgs, ManagedSecrets } from "../managed.ts";
import { placeOf } from "./place.ts";

const reader = "oci-vault";
const api = "external-secrets.io/v1";
/** The one key of each Secret that is filled. */
const key = "value";

/**
 * OCI Vault, which Dapr has no store for: External Secrets reads it as a workload of the cluster
 * that may read these secrets only, and fills Secrets of Kubernetes, where Dapr finds them. The
 * vault is the stack's own, as the name of a secret that was deleted stays taken for weeks.
 * Source: https://external-secrets.io/latest/provider/oracle-vault/
 */
export function ociVaultSecrets(args: ManagedArgs<"oci">): ManagedSecrets {
  const { home, identityOf, onCluster } = args;
  const { namespace } = args.place;
  const place = placeOf("OciVault", `${namespace}-vault`, args);
  const { vaultId, keyId } = makeVault(place, args);
  const objects = new pulumi.ComponentResource(
    "todo:managed:ExternalSecrets",
    reader,
    {},
    onCluster,
  );
  const child = { parent: objects };
  const metadata = (name: string) => ({ name, namespace, labels: labelsOf(name) });
  const account = new k8s.core.v1.ServiceAccount(
    reader,
    { metadata: metadata(reader), automountServiceAccountToken: false },
    child,
  );
  const store = new k8s.apiextensions.CustomResource(
    reader,
    {
      apiVersion: api,
      kind: "SecretStore",
      metadata: metadata(reader),
      spec: {
        provider: {
          oracle: {
            vault: vaultId,
            region: home.region,
            principalType: "Workload",
            serviceAccountRef: { name: reader },
          },
        },
      },
    },
    { ...child, dependsOn: account },
  );
  const { principal } = identityOf(reader);
  if (!principal) throw new Error(`${reader} has no identity in Oracle Cloud`);
  const made: pulumi.Resource[] = [];
  return {
    keep: (name, value) => {
      const secret = new Secret(
        `${namespace}-${name}`,
        {
          compartmentId: place.compartmentId,
          vaultId,
          keyId,
          secretName: name,
          secretContent: { contentType: "BASE64", content: base64(value) },
        },
        place.child,
      );
      const policy = allow(
        `${namespace}-${name}`,
        `Who reads ${name} of Todo Evolution`,
        [
          {
            who: "any-user",
            verb: "read",
            what: "secret-bundles",
            where: [principal, pulumi.interpolate`target.secret.id = '${secret.id}'`],
          },
        ],
        place,
      );
      made.push(
        new k8s.apiextensions.CustomResource(name, externalSecret(metadata(name)), {
          ...child,
          dependsOn: [store, secret, policy],
        }),
      );
      return { name, key };
    },
    ready: () => made,
  };
}

function makeVault({ name, compartmentId, child }: OciPlace, { place }: ManagedArgs<"oci">) {
  const keptChild = { ...child, ...kept(place) };
  const vault = new Vault(
    name,
    { compartmentId, displayName: name, vaultType: "DEFAULT" },
    keptChild,
  );
  const { id: keyId } = new Key(
    name,
    {
      compartmentId,
      displayName: name,
      managementEndpoint: vault.managementEndpoint,
      keyShape: { algorithm: "AES", length: 32 },
      protectionMode: "HSM",
    },
    keptChild,
  );
  return { vaultId: vault.id, keyId };
}

const base64 = (value: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.secret(value).apply((text) => Buffer.from(text).toString("base64"));

const externalSecret = (metadata: {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
}) => ({
  apiVersion: api,
  kind: "ExternalSecret",
  metadata: { ...metadata, annotations: { "pulumi.com/waitFor": "condition=Ready" } },
  spec: {
    refreshInterval: "1h",
    secretStoreRef: { kind: "SecretStore", name: reader },
    target: { name: metadata.name, creationPolicy: "Owner" },
    data: [{ secretKey: key, remoteRef: { key: metadata.name } }],
  },
});
