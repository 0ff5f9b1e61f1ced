/**
 * The variables of the environment by which clusters and clouds are signed in to and reached, for
 * programs that are run on their own: credentials come from programs on the PATH, which look below
 * HOME and at what their cloud calls its settings. `AZURE_*` is all that begin so.
 */
export const signInVariables: readonly string[] = [
  ...["PATH", "HOME", "USER", "XDG_CONFIG_HOME", "TMPDIR"],
  "KUBECONFIG",
  ...["AZURE_*", "ARM_*", "AAD_*", "IDENTITY_*", "MSI_*"],
  ...["CLOUDSDK_*", "GOOGLE_*", "GCLOUD_*", "USE_GKE_GCLOUD_AUTH_PLUGIN"],
  ...["OCI_*", "AWS_*", "DIGITALOCEAN_*"],
  // How GitHub hands a job its identity, which clouds take for a password.
  ...["ACTIONS_ID_TOKEN_REQUEST_*"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"],
];
