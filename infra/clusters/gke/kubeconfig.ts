import { execKubeconfig } from "../exec-kubeconfig.ts";

/** Where a cluster's API server is, and who says so. */
type Facts = {
  readonly name: string;
  /** Address of the API server. */
  readonly endpoint: string;
  /** Of the API server's own authority, in base64. */
  readonly authority: string;
};

/**
 * A kubeconfig without credentials: Google's own plugin for kubectl, a single program that must be
 * on PATH, makes a token of the application default credentials, as Pulumi's provider does. So who
 * can run Pulumi can use it, without gcloud: by a key or a federated identity in
 * GOOGLE_APPLICATION_CREDENTIALS, or on a machine of Google's.
 * Source: https://github.com/kubernetes/cloud-provider-gcp/tree/master/cmd/gke-gcloud-auth-plugin
 */
export const kubeconfigText = ({ name, endpoint, authority }: Facts): string =>
  execKubeconfig({
    name,
    server: `https://${endpoint}`,
    authority,
    command: ["gke-gcloud-auth-plugin", "--use_application_default_credentials"],
    provideClusterInfo: true,
  });
