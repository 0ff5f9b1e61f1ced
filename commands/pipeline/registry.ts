import { readFileSync } from "node:fs";

/** How a job signs in to a registry of images. */
export type RegistryAccess = {
  readonly user: string;
  /** A program that prints the password, or the name of the variable that has it. */
  readonly password: { readonly command: readonly string[] } | { readonly variable: string };
};

/**
 * Who signs in, by the host of the registry: to those of Azure and Google as the identity of the job
 * (a password of an hour), to GitHub's with the job's own token, to any other with an account from the
 * settings of the repository.
 */
export function registryAccess(registry: string, environment: NodeJS.ProcessEnv): RegistryAccess {
  const host = hostOf(registry);
  const azure = /^([\w-]+)\.azurecr\.(io|us|cn)$/.exec(host)?.[1];
  if (azure !== undefined) {
    // https://learn.microsoft.com/azure/container-registry/container-registry-authentication
    const command = ["az", "acr", "login", "--name", azure, "--expose-token"];
    return {
      user: "00000000-0000-0000-0000-000000000000",
      password: { command: [...command, "--output", "tsv", "--query", "accessToken"] },
    };
  }
  if (/(^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(host)) {
    // https://cloud.google.com/artifact-registry/docs/docker/authentication#token
    const command = ["gcloud", "auth", "print-access-token"];
    return { user: "oauth2accesstoken", password: { command } };
  }
  if (host === "ghcr.io") {
    return { user: environment.GITHUB_ACTOR ?? "", password: { variable: "GITHUB_TOKEN" } };
  }
  return {
    user: environment.REGISTRY_USER ?? "",
    password: { variable: "REGISTRY_PASSWORD" },
  };
}

/** `registry.example.com:5000` of `registry.example.com:5000/todo`. */
export const hostOf = (registry: string): string => registry.split("/")[0] ?? registry;

/**
 * How `az` signs in by the token that the login to Azure has left, and with it kubelogin and
 * registries; undefined for another cloud. The token is good for minutes: at once, then.
 */
export function azLogin(environment: NodeJS.ProcessEnv): string[] | undefined {
  const { AZURE_CLIENT_ID = "", AZURE_TENANT_ID = "", AZURE_FEDERATED_TOKEN_FILE } = environment;
  if (!AZURE_FEDERATED_TOKEN_FILE) return undefined;
  const who = ["--username", AZURE_CLIENT_ID, "--tenant", AZURE_TENANT_ID];
  const token = readFileSync(AZURE_FEDERATED_TOKEN_FILE, "utf8");
  return ["az", "login", "--service-principal", ...who, "--federated-token", token];
}
