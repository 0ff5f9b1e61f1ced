import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "#policy/rules.ts";
import { Analyzer, unknownText } from "./analyzer.ts";

const metadata = (name: string) => ({ name, namespace: "todo" });

const deployment = (image: string, spec: object = {}) => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "audit",
  props: {
    metadata: metadata("audit"),
    spec: {
      template: {
        metadata: { labels: { app: "audit" } },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: "audit", image, securityContext: { privileged: true } }],
        },
      },
      ...spec,
    },
  },
});

const scaler = {
  type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
  name: "audit",
  props: { metadata: metadata("audit"), spec: { scaleTargetRef: { name: "audit" } } },
};

const budget = {
  type: "kubernetes:policy/v1:PodDisruptionBudget",
  name: "audit",
  props: { metadata: metadata("audit"), spec: { selector: { matchLabels: { app: "audit" } } } },
};

const prod = { "todo-evolution:size": "prod" };
const dev = { "todo-evolution:size": "dev" };

describe("the pack, as the engine starts it and speaks to it", () => {
  let analyzer: Analyzer;
  beforeAll(async () => {
    analyzer = await Analyzer.start(prod);
  });
  afterAll(() => analyzer[Symbol.asyncDispose]());

  const said = async (policy: string, told: Parameters<Analyzer["analyze"]>[0]) =>
    (await analyzer.analyze(told)).filter((one) => one.policy === policy);

  test("has every rule as a policy that stops what does not keep to it", async () => {
    const levels = rules.map(({ name, advisory }) => [name, advisory ? "advisory" : "mandatory"]);
    expect((await analyzer.policies()).sort()).toEqual(levels.sort());
  });

  test("rejects a resource before it is made, by its name in the cluster", async () => {
    const [first] = await said("pods-run-unprivileged", deployment("zipkin:3.5.1"));
    expect(first).toMatchObject({
      level: "mandatory",
      message: expect.stringMatching(/^Deployment todo\/audit container audit may run as root/m),
    });
  });

  test("asks for digests in prod, as the stack's configuration says", async () => {
    expect(await said("images-are-pinned", deployment("zipkin:3.5.1"))).toHaveLength(1);
  });

  test("waits for what is known only when it is made", async () => {
    expect(await said("images-are-pinned", deployment(unknownText))).toEqual([]);
    const all = await analyzer.analyze(deployment(unknownText));
    expect(all.filter(({ message }) => message.includes("can't run"))).toEqual([]);
  });

  test("judges the stack by what was written, not by what the server made of it", async () => {
    const scaled = deployment("zipkin:3.5.1");
    await analyzer.analyze(scaled);
    await analyzer.analyze(scaler);
    const outputs = deployment("zipkin:3.5.1", { replicas: 1 });
    const told = await analyzer.analyzeStack([outputs, scaler]);
    expect(told.map(({ policy }) => policy)).not.toContain("no-replicas-beside-a-scaler");

    await analyzer.analyze(outputs);
    const again = await analyzer.analyzeStack([outputs, scaler]);
    expect(again).toContainEqual(
      expect.objectContaining({ policy: "no-replicas-beside-a-scaler", level: "mandatory" }),
    );
  });

  test("judges what is in a cloud by what is known of it before it is made", async () => {
    const policy = "cloud-data-is-encrypted-with-our-key";
    const account = (encryption: unknown) => ({
      type: "azure-native:storage:StorageAccount",
      name: "backups",
      props: { location: unknownText, encryption },
    });
    expect(await said(policy, account(unknownText))).toEqual([]);
    const ofCloud = { keySource: "Microsoft.Storage", keyVaultUri: unknownText };
    expect(await said(policy, account(ofCloud))).toHaveLength(1);

    const cluster = (...authorizedIPRanges: string[]) => ({
      type: "azure-native:containerservice:ManagedCluster",
      name: "todo",
      props: { apiServerAccessProfile: { authorizedIPRanges } },
    });
    expect(await said("cloud-data-is-not-public", cluster("203.0.113.0/24", unknownText))).toEqual(
      [],
    );
    const [open] = await said("cloud-data-is-not-public", cluster("0.0.0.0/0", unknownText));
    expect(open?.message).toContain("lets 0.0.0.0/0 to its API server");
  });

  test("compares what was written where nothing is told of it afterwards, as on a cluster that is still to be made", async () => {
    const service = deployment("zipkin:3.5.1", { replicas: 2 });
    await analyzer.analyze(service);
    const nothing = [service, budget].map((one) => ({ ...one, props: {} }));
    const told = await analyzer.analyzeStack(nothing);
    expect(told.map(({ policy }) => policy)).toContain("replicas-survive-a-drain");
    await analyzer.analyze(budget);
    const again = await analyzer.analyzeStack(nothing);
    expect(again.map(({ policy }) => policy)).not.toContain("replicas-survive-a-drain");
  });

  test("does not take two users that are not known yet for one", async () => {
    const pubsub = {
      type: "kubernetes:dapr.io/v1alpha1:Component",
      name: "kafka-pubsub",
      props: {
        metadata: metadata("kafka-pubsub"),
        spec: { type: "pubsub.kafka", metadata: [{ name: "saslUsername", envRef: "KAFKA_USER" }] },
      },
    };
    const withSecret = (name: string, secret: string) => {
      const annotations = {
        "dapr.io/enabled": "true",
        "dapr.io/env": "KAFKA_USER=$ConnectionString",
        "dapr.io/env-from-secret": secret,
      };
      const template = { metadata: { annotations }, spec: { containers: [] } };
      const props = { metadata: metadata(name), spec: { template } };
      return { ...deployment("zipkin:3.5.1"), name, props };
    };
    const sharing = async (secret: string) => {
      const all = [pubsub, withSecret("one", secret), withSecret("other", secret)];
      for (const one of all) await analyzer.analyze(one);
      const told = await analyzer.analyzeStack(all);
      return told.filter(({ policy }) => policy === "services-have-a-kafka-user-each");
    };
    expect(await sharing(unknownText)).toEqual([]);
    expect(await sharing("KAFKA_KEY=one:key")).toHaveLength(1);
  });

  test("takes a setting of a rule from --policy-pack-config", async () => {
    await analyzer.configure("images-are-pinned", { thirdPartyImages: "version" });
    expect(await said("images-are-pinned", deployment("zipkin:3.5.1"))).toEqual([]);
    expect(await said("images-are-pinned", deployment("zipkin:latest"))).toHaveLength(1);
  });
});

test("versions of images are enough in dev", async () => {
  await using analyzer = await Analyzer.start(dev);
  const told = await analyzer.analyze(deployment("zipkin:3.5.1"));
  expect(told.map(({ policy }) => policy)).not.toContain("images-are-pinned");
});
