import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logIn } from "./cloud-login.ts";
import { askableBy, faultsWithoutAccount } from "./deployed.ts";
import { azLogin, registryAccess } from "./registry.ts";
import { standIn } from "./testing/stand-in.ts";

const folder = "/runner/temp/login";
const job = (url: string) => ({
  HOME: "/home/runner",
  ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/identity?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
});
const azure = {
  ...{ CLOUD: "azure", AZURE_CLIENT_ID: "client", AZURE_TENANT_ID: "tenant" },
  AZURE_SUBSCRIPTION_ID: "subscription",
};
const gcp = {
  ...{ CLOUD: "gcp", GCP_PROJECT: "todo", GCP_SERVICE_ACCOUNT: "ci@todo.iam.gserviceaccount.com" },
  GCP_WORKLOAD_IDENTITY_PROVIDER: "projects/1/locations/global/workloadIdentityPools/a/providers/b",
};
const oci = (url: string) => ({
  ...{ CLOUD: "oci", OCI_DOMAIN_URL: url, OCI_CLIENT_ID: "client", OCI_CLIENT_SECRET: "s3cret" },
  ...{ OCI_AUDIENCE: "todo", OCI_TENANCY: "ocid1.tenancy.x", OCI_REGION: "eu-frankfurt-1" },
});

describe("a job signs in", () => {
  test("to Azure by the identity that GitHub gives it, for Azure alone", async () => {
    await using server = await standIn(() => ({ body: { value: "identity" } }));
    const environment = { ...job(server.url), ...azure };
    const { variables, files } = await logIn({ environment, folder });
    expect(server.asked[0]).toMatchObject({
      path: "/identity?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
      headers: { authorization: "Bearer request-token" },
    });
    expect(variables).toMatchObject({ ARM_USE_OIDC: "true", ARM_CLIENT_ID: "client" });
    expect(files).toEqual({ [variables.AZURE_FEDERATED_TOKEN_FILE as string]: "identity" });
  });

  test("to Google by a file that says where to ask; nothing is asked before", async () => {
    await using server = await standIn(() => ({}));
    const environment = { ...job(server.url), ...gcp };
    const { variables, files } = await logIn({ environment, folder });
    expect(server.asked).toEqual([]);
    const file = variables.GOOGLE_APPLICATION_CREDENTIALS as string;
    const credentials = JSON.parse(files[file] as string);
    expect(credentials).toMatchObject({ type: "external_account" });
    const audience = `https://iam.googleapis.com/${gcp.GCP_WORKLOAD_IDENTITY_PROVIDER}`;
    expect(new URL(credentials.credential_source.url).searchParams.get("audience")).toBe(audience);
    expect(credentials.service_account_impersonation_url).toContain(`/${gcp.GCP_SERVICE_ACCOUNT}:`);
  });

  test("to Oracle by an exchange, for a session that is bound to a key of its own", async () => {
    await using server = await standIn(({ path }) => ({
      body: path.startsWith("/identity") ? { value: "identity" } : { token: "session" },
    }));
    const environment = { ...job(server.url), ...oci(server.url) };
    const { variables, files } = await logIn({ environment, folder });
    const exchange = server.asked.at(-1);
    expect(exchange?.path).toBe("/oauth2/v1/token");
    const sent = new URLSearchParams(exchange?.body);
    expect(sent.get("subject_token")).toBe("identity");
    const key = createPrivateKey(files[`${folder}/oci-key.pem`] as string);
    const der = createPublicKey(key).export({ type: "spki", format: "der" });
    expect(sent.get("public_key")).toBe(der.toString("base64"));
    expect(files["/home/runner/.oci/config"]).toContain(
      `security_token_file=${folder}/oci-session`,
    );
    expect(JSON.stringify(variables)).not.toMatch(/session"|s3cret/);
  });

  test("to no cloud, with the kubeconfig that it was given", async () => {
    const { variables, files } = await logIn({ environment: { KUBECONFIG_TEXT: "a: b" }, folder });
    expect(files[variables.KUBECONFIG as string]).toBe("a: b");
    expect(await logIn({ environment: {}, folder })).toEqual({ variables: {}, files: {} });
  });

  test.each<[string, (url: string) => NodeJS.ProcessEnv, RegExp]>([
    ["another cloud", () => ({ CLOUD: "aws" }), /CLOUD aws is none of azure, gcp, oci, none/],
    [
      "no subscription",
      (url) => ({ ...job(url), ...azure, AZURE_SUBSCRIPTION_ID: "" }),
      /AZURE_SUBSCRIPTION_ID is not set/,
    ],
    ["no identity", () => azure, /id-token: write/],
    [
      "no provider",
      (url) => ({ ...job(url), CLOUD: "gcp" }),
      /GCP_WORKLOAD_IDENTITY_PROVIDER is not/,
    ],
    [
      "a refused exchange",
      (url) => ({ ...job(url), ...oci(`${url}/no`) }),
      /answered 401 to the exchange/,
    ],
  ])("not with %s", async (_, environment, fault) => {
    await using server = await standIn(({ path }) =>
      path.startsWith("/identity") ? { body: { value: "identity" } } : { status: 401, body: {} },
    );
    await expect(logIn({ environment: environment(server.url), folder })).rejects.toThrow(fault);
  });
});

describe("a registry is signed in to", () => {
  test.each<[string, string]>([
    ["europe-docker.pkg.dev/todo/images", "oauth2accesstoken"],
    ["eu.gcr.io/todo", "oauth2accesstoken"],
    ["ghcr.io/acme/todo", "octocat"],
    ["registry.example.com:5000/todo", "robot"],
    // Ends like another one's name.
    ["ghcr.io.example.com/todo", "robot"],
    ["evil-gcr.io/todo", "robot"],
  ])("%s as %s", (registry, user) => {
    const environment = { GITHUB_ACTOR: "octocat", REGISTRY_USER: "robot" };
    expect(registryAccess(registry, environment).user).toBe(user);
  });

  test("of Azure by az, which signs in by the token that the login left", () => {
    const { user, password } = registryAccess("todo.azurecr.io/a", {});
    expect(user).toBe("00000000-0000-0000-0000-000000000000");
    expect(password).toEqual({ command: expect.arrayContaining(["az", "acr", "todo"]) });
    const folder = mkdtempSync(join(tmpdir(), "todo-azure-"));
    const file = join(folder, "token");
    writeFileSync(file, "identity");
    const environment = { ...azure, AZURE_FEDERATED_TOKEN_FILE: file };
    expect(azLogin(environment)?.slice(-5)).toEqual([
      ...["client", "--tenant", "tenant", "--federated-token", "identity"],
    ]);
    rmSync(folder, { recursive: true });
    expect(azLogin({})).toBeUndefined();
  });
});

describe("what stands is asked", () => {
  test.each([
    ['"user";q=600;w=60, "login";q=6000;w=60', "everything"],
    [null, "everything"],
    ['"login";q=60;w=60, "account";q=10;w=60', "what needs no account"],
  ])("by the limits of sign-ins that it tells: %s, %s", (policy, askable) => {
    expect(askableBy(401, policy)).toBe(askable);
  });

  test.each([502, 200, 404])("and one that answers %d is not taken for either", (status) => {
    expect(() => askableBy(status, null)).toThrow(String(status));
  });

  test("where that is little: the page, its documents, and what must be refused", async () => {
    const right = (path: string) => {
      if (path === "/api/tasks") return 401;
      return ["/", "/openapi.json", "/docs"].includes(path) ? 200 : 404;
    };
    await using server = await standIn(({ path }) => ({ status: right(path) }));
    expect(await faultsWithoutAccount(server.url)).toEqual([]);
    await using openToAll = await standIn(() => ({ status: 200 }));
    expect(await faultsWithoutAccount(openToAll.url)).toEqual([
      "GET /api/tasks: 200, not 401",
      "GET /internal/occurrences: 200, not 404",
      "GET /activity: 200, not 404",
    ]);
  });
});
