import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { secretMark } from "#components/recording.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { makeSecrets } from "#infra/managed/services.ts";
import { createClusterStack } from "#stacks/cluster.ts";
import { readConfig } from "#stacks/config.ts";
import { aksSetting, azureAnswers } from "./azure.ts";
import { canary } from "./canary.ts";
import { gkeSetting } from "./google.ts";
import { ociAnswers, ociOutputs, okeSetting } from "./oci.ts";
import { recordCloud } from "./record-cloud.ts";

const name = "acme/todo-evolution/cluster-prod";
let facts: unknown;

beforeAll(async () => {
  await recordCloud(
    async () => {
      const config = readConfig({
        "todo-evolution:target": "cluster",
        "todo-evolution:cluster": JSON.stringify(aksSetting),
      });
      if (config.target !== "cluster") throw new Error(config.target);
      const { cluster } = await createClusterStack(config);
      expect(await pulumi.isSecret(cluster as pulumi.Output<unknown>)).toBe(true);
      facts = await new Promise((resolve) => cluster?.apply(resolve));
    },
    { answers: azureAnswers },
  );
});

/** Opens the cluster from another stack, and makes one identity there. */
const open = (cluster: unknown, cloud: "azure") =>
  recordCloud(
    async () => {
      const opened = await openCluster(
        { kind: "stack", stack: name, cloud },
        { namespace: "todo", keepData: true },
      );
      expect(opened).toMatchObject({ zones: true, storageClass: "managed-csi-premium" });
      opened.identityOf("backend");
    },
    {
      outputs: (type) =>
        type === "pulumi:pulumi:StackReference"
          ? { outputs: cluster === undefined ? {} : { cluster }, secretOutputNames: ["cluster"] }
          : {},
    },
  );

test("a stack stands on the cluster of another, by what that tells of it", async () => {
  const { resources, faults } = await open(facts, "azure");
  expect(faults).toEqual([]);
  const made = resources.map(({ type }) => type);
  expect(made).not.toContain("azure-native:containerservice:ManagedCluster");
  const trust = resources.find(({ type }) => type.endsWith(":FederatedIdentityCredential"));
  expect(trust?.inputs.issuer).toBe("todo-oidcIssuerProfile-issuerURL");
  const provider = resources.find(({ type }) => type === "pulumi:providers:kubernetes");
  expect(provider?.inputs.kubeconfig[secretMark]).toContain("kubelogin");
});

test("a stack that tells nothing is refused with the remedy", async () => {
  await expect(open(undefined, "azure")).rejects.toThrow("Bring it up first, with target: cluster");
});

test("a cluster in another cloud than the configuration says is refused", async () => {
  const elsewhere = { ...(facts as object), home: { cloud: "elsewhere" } };
  await expect(open(elsewhere, "azure")).rejects.toThrow('cluster.cloud is "azure"');
});

test("a stack on the cluster of another in Google Cloud makes identities and no cluster", async () => {
  let told: unknown;
  await recordCloud(async () => {
    const config = readConfig({
      "todo-evolution:target": "cluster",
      "todo-evolution:cluster": JSON.stringify(gkeSetting),
    });
    if (config.target !== "cluster") throw new Error(config.target);
    const { cluster } = await createClusterStack(config);
    told = await new Promise((resolve) => cluster?.apply(resolve));
  });
  const { resources, faults } = await recordCloud(
    async () => {
      const opened = await openCluster(
        { kind: "stack", stack: name, cloud: "gcp" },
        { namespace: "todo", keepData: true },
      );
      expect(opened).toMatchObject({ zones: true, storageClass: "todo-encrypted" });
      opened.identityOf("backend");
    },
    {
      outputs: (type) =>
        type === "pulumi:pulumi:StackReference"
          ? { outputs: { cluster: told }, secretOutputNames: ["cluster"] }
          : {},
    },
  );
  expect(faults).toEqual([]);
  expect(resources.filter(({ type }) => type.includes("container/cluster"))).toEqual([]);
  const trust = resources.find(({ type }) => type === "gcp:serviceaccount/iAMMember:IAMMember");
  expect(trust?.inputs.member).toBe("serviceAccount:todo-project.svc.id.goog[todo/backend]");
});

test("a stack on the cluster of another in Oracle Cloud makes no cluster, and signs in where that stands", async () => {
  let told: unknown;
  await recordCloud(
    async () => {
      const config = readConfig({
        "todo-evolution:target": "cluster",
        "todo-evolution:cluster": JSON.stringify(okeSetting),
      });
      if (config.target !== "cluster") throw new Error(config.target);
      const { cluster } = await createClusterStack(config);
      told = await new Promise((resolve) => cluster?.apply(resolve));
    },
    { answers: ociAnswers, outputs: ociOutputs },
  );
  let terms: unknown;
  const { resources, faults } = await recordCloud(
    async () => {
      const opened = await openCluster(
        { kind: "stack", stack: name, cloud: "oci" },
        { namespace: "todo", keepData: true },
      );
      expect(opened).toMatchObject({
        zones: true,
        storageClass: "todo-encrypted",
        // Nodes of OKE pull as an account of the stack that made them.
        images: { pullAs: { password: expect.stringContaining(canary) } },
      });
      const { principal } = opened.identityOf("backend");
      terms = await new Promise((resolve) => pulumi.output(principal).apply(resolve));
      if (!opened.home) throw new Error("a cluster of Oracle Cloud has no home");
      const vault = await makeSecrets(
        { store: "oci-vault" },
        {
          home: opened.home,
          place: { size: "prod", namespace: "todo", keepData: true },
          password: (of) => pulumi.secret(`${canary}-${of}`),
          identityOf: opened.identityOf,
          onCluster: { providers: { kubernetes: opened.provider } },
        },
      );
      vault.keep("token-secret", "value", ["backend"]);
    },
    {
      answers: ociAnswers,
      outputs: (type, resource) =>
        type === "pulumi:pulumi:StackReference"
          ? { outputs: { cluster: told }, secretOutputNames: ["cluster"] }
          : ociOutputs(type, resource),
    },
  );
  expect(faults).toEqual([]);
  expect(resources.filter(({ type }) => type.startsWith("oci:ContainerEngine"))).toEqual([]);
  expect(terms).toContain("request.principal.service_account = 'backend'");
  const vault = resources.find(({ type }) => type === "oci:Kms/vault:Vault");
  expect(vault?.provider).toContain("eu-frankfurt-1");
});
