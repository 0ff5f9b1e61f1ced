import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedArgs, ManagedSecrets } from "../managed.ts";

/**
 * Secret Manager as a store of secrets for Dapr. A sidecar signs in by its service account, for which
 * nothing but the project is said, and may read those secrets that its service has a use for.
 * Source: https://docs.dapr.io/reference/components-reference/supported-secret-stores/gcp-secret-manager
 */
export function secretManagerSecrets(args: ManagedArgs<"gcp">): ManagedSecrets {
  const { home, place } = args;
  const name = `${place.namespace}-vault`;
  const parts = new pulumi.ComponentResource("todo:managed:SecretManager", name);
  const child = { parent: parts };
  const made: pulumi.Resource[] = [];
  return {
    component: {
      type: "secretstores.gcp.secretmanager",
      metadata: { project_id: pulumi.output(home.project) },
    },
    keep: (wanted, value, readers) => {
      // Names are those of a whole project, on which there may be more clusters and namespaces.
      const secretId = `${home.cluster}-${place.namespace}-${wanted}`;
      const secret = new Secret(
        `${place.namespace}-${wanted}`,
        {
          project: home.project,
          secretId,
          replication: {
            userManaged: {
              replicas: [
                {
                  location: home.region,
                  customerManagedEncryption: { kmsKeyName: home.keyId },
                },
              ],
            },
          },
        },
        child,
      );
      const version = new SecretVersion(
        `${place.namespace}-${wanted}`,
        { secret: secret.id, secretData: pulumi.secret(value) },
        // The new one is there before the old one goes.
        child,
      );
      const rights = readers.map((reader) => {
        const { principal, ready = [] } = args.identityOf(reader);
        if (!principal) throw new Error(`${reader} has no account at Google`);
        made.push(...ready);
        return new SecretIamMember(
          `${place.namespace}-${reader}-${wanted}`,
          {
            project: home.project,
            secretId: secret.secretId,
            role: "roles/secretmanager.secretAccessor",
            member: principal,
          },
          child,
        );
      });
      made.push(version, ...rights);
      // A store of single values: the key is the name again.
      return { name: secretId, key: secretId };
    },
    ready: () => made,
    // The store, and on port 80 the node's server of metadata, which gives the tokens for it:
    // https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
    reach: { peers: [], ports: [80, 443] },
  };
}
