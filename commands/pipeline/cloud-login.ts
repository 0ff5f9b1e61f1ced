import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";

/** What a login leaves behind: variables for the steps after it, and files they name. */
export type Login = {
  readonly variables: Readonly<Record<string, string>>;
  /** By path; readable by this user alone. */
  readonly files: Readonly<Record<string, string>>;
};

export type LoginArgs = {
  readonly environment: NodeJS.ProcessEnv;
  /** A folder outside the clone, for files. */
  readonly folder: string;
};

export const clouds = ["azure", "gcp", "oci", "none"] as const;
export type CloudName = (typeof clouds)[number];

/**
 * Signs a job in to the cloud that `CLOUD` names by the identity that GitHub gives the job (OIDC):
 * there is no key to keep. The cloud says in its trust which repository, branch and environment may.
 * A stack on a cluster of no cloud (`none`) has its kubeconfig in `KUBECONFIG_TEXT`.
 * @throws Refusal that names the variable which is missing, or what was answered
 */
export async function logIn(args: LoginArgs): Promise<Login> {
  const { environment, folder } = args;
  const cloud = (environment.CLOUD || "none") as CloudName;
  if (!clouds.includes(cloud)) {
    throw new Refusal(`CLOUD ${cloud} is none of ${clouds.join(", ")}.`);
  }
  const logins = { azure: azureLogin, gcp: gcpLogin, oci: ociLogin, none: noLogin };
  const login = await logins[cloud](args);
  const text = environment.KUBECONFIG_TEXT;
  if (!text) return login;
  const kubeconfig = join(folder, "kubeconfig");
  return {
    variables: { ...login.variables, KUBECONFIG: kubeconfig },
    files: { ...login.files, [kubeconfig]: text },
  };
}

const noLogin = async (): Promise<Login> => ({ variables: {}, files: {} });

/**
 * azure-native asks GitHub for a token itself whenever it needs one (`ARM_USE_OIDC`, with
 * `ACTIONS_ID_TOKEN_REQUEST_*`); state in a storage account, `az` and kubelogin read it from a file.
 * https://www.pulumi.com/registry/packages/azure-native/installation-configuration/
 */
async function azureLogin({ environment, folder }: LoginArgs): Promise<Login> {
  const given = reader(environment, "azure");
  const [client, tenant] = [given("AZURE_CLIENT_ID"), given("AZURE_TENANT_ID")];
  const file = join(folder, "azure-token");
  const token = await identityToken(environment, "api://AzureADTokenExchange");
  return {
    variables: {
      ARM_USE_OIDC: "true",
      ARM_CLIENT_ID: client,
      ARM_TENANT_ID: tenant,
      ARM_SUBSCRIPTION_ID: given("AZURE_SUBSCRIPTION_ID"),
      AZURE_CLIENT_ID: client,
      AZURE_TENANT_ID: tenant,
      AZURE_FEDERATED_TOKEN_FILE: file,
      AAD_LOGIN_METHOD: "workloadidentity",
    },
    files: { [file]: token },
  };
}

/**
 * A file that tells Google's libraries where to get a token of GitHub and how to change it for one
 * of theirs, as often as they need. https://google.aip.dev/auth/4117
 */
async function gcpLogin({ environment, folder }: LoginArgs): Promise<Login> {
  const given = reader(environment, "gcp");
  const provider = given("GCP_WORKLOAD_IDENTITY_PROVIDER");
  const account = given("GCP_SERVICE_ACCOUNT");
  const audience = `//iam.googleapis.com/${provider}`;
  const { url, token } = requestPlace(environment);
  const file = join(folder, "gcp-credentials.json");
  const credentials = {
    type: "external_account",
    audience,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: {
      url: withAudience(url, `https:${audience}`),
      headers: { Authorization: `Bearer ${token}` },
      format: { type: "json", subject_token_field_name: "value" },
    },
    service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  };
  return {
    variables: {
      GOOGLE_APPLICATION_CREDENTIALS: file,
      CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: file,
      GOOGLE_PROJECT: given("GCP_PROJECT"),
      CLOUDSDK_CORE_PROJECT: given("GCP_PROJECT"),
    },
    files: { [file]: JSON.stringify(credentials) },
  };
}

/**
 * The token of GitHub changed at an identity domain of OCI for a session of an hour that is bound to
 * a key made here.
 * https://docs.oracle.com/en-us/iaas/Content/Identity/api-getstarted/json_web_token_exchange.htm
 */
async function ociLogin({ environment, folder }: LoginArgs): Promise<Login> {
  const given = reader(environment, "oci");
  const domain = new URL(given("OCI_DOMAIN_URL"));
  const client = `${given("OCI_CLIENT_ID")}:${given("OCI_CLIENT_SECRET")}`;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const subject = await identityToken(environment, given("OCI_AUDIENCE"));
  const answer = await fetch(new URL("/oauth2/v1/token", domain), {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(client).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:oci:token-type:oci-upst",
      subject_token: subject,
      subject_token_type: "jwt",
      public_key: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Refusal(`${domain.host} answered ${answer.status} to the exchange.`);
  const { token } = (await answer.json()) as { token?: string };
  if (!token) throw new Refusal(`${domain.host} answered the exchange without a token.`);
  const [key, session] = [join(folder, "oci-key.pem"), join(folder, "oci-session")];
  // The only place where the provider looks.
  const file = join(given("HOME"), ".oci", "config");
  const [tenancy, region] = [given("OCI_TENANCY"), given("OCI_REGION")];
  const config = { tenancy, region, key_file: key, security_token_file: session };
  const lines = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  return {
    variables: {
      OCI_CLI_AUTH: "security_token",
      TF_VAR_auth: "SecurityToken",
      TF_VAR_config_file_profile: "DEFAULT",
      TF_VAR_tenancy_ocid: tenancy,
      TF_VAR_region: region,
    },
    files: {
      [file]: `[DEFAULT]\n${lines.join("\n")}\n`,
      [key]: String(privateKey.export({ type: "pkcs8", format: "pem" })),
      [session]: token,
    },
  };
}

/** The identity of this job, for one audience; GitHub signs it, and it is good for some minutes. */
async function identityToken(environment: NodeJS.ProcessEnv, audience: string): Promise<string> {
  const { url, token } = requestPlace(environment);
  const answer = await fetch(withAudience(url, audience), {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Refusal(`GitHub answered ${answer.status} to a request for identity.`);
  return ((await answer.json()) as { value: string }).value;
}

function requestPlace(environment: NodeJS.ProcessEnv): { url: string; token: string } {
  const url = environment.ACTIONS_ID_TOKEN_REQUEST_URL;
  const token = environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !token) {
    throw new Refusal("the job has no identity: it needs `permissions: id-token: write`.");
  }
  return { url, token };
}

const withAudience = (url: string, audience: string): string =>
  `${url}&audience=${encodeURIComponent(audience)}`;

const reader =
  (environment: NodeJS.ProcessEnv, cloud: string) =>
  (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new Refusal(
      `${name} is not set, and CLOUD is ${cloud}: set it among the variables of the environment ` +
        "in the repository's settings.",
    );
  };
