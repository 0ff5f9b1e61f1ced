import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { record } from "#components/recording.ts";
import { render } from "./manifests.ts";
import { chartsOf, objectsOf } from "./objects.ts";

/** As the SDK of Kubernetes registers its objects; commands have no other use for it. */
class Resource extends pulumi.CustomResource {}

const object = (api: string, kind: string, id: string, rest: object, parent?: pulumi.Resource) =>
  new Resource(
    `kubernetes:${api.includes("/") ? api : `core/${api}`}:${kind}`,
    id,
    { apiVersion: api, kind, ...rest },
    parent ? { parent } : {},
  );
const secret = () =>
  object("v1", "Secret", "token", {
    metadata: { namespace: "todo" },
    stringData: pulumi.secret({ token: "canary" }),
    data: { binary: pulumi.secret("Y2FuYXJ5") },
    type: "Opaque",
  });
const namespace = () => object("v1", "Namespace", "todo", { metadata: { name: "todo" } });
const topic = () =>
  object("kafka.strimzi.io/v1", "KafkaTopic", "events", {
    metadata: { name: "events", namespace: "todo" },
    spec: { partitions: 3 },
  });
const configMap = (id: string, metadata: object = {}, data: object = { b: "2", a: "1" }) =>
  object("v1", "ConfigMap", id, { metadata, data });
const chart = (values: object) =>
  new pulumi.ComponentResource(
    "kubernetes:helm.sh/v4:Chart",
    "dapr",
    {
      chart: "dapr",
      version: "1.16.5",
      namespace: "dapr-system",
      repositoryOpts: { repo: "https://charts.example.com" },
      values,
    },
    {},
    true,
  );

test("each object is a file, in the order in which they can be applied", async () => {
  const files = render(await record(() => [topic(), secret(), namespace(), configMap("settings")]));
  expect([...files.keys()]).toEqual([
    "00-namespace-todo.yaml",
    "10-configmap-settings.yaml",
    "10-secret-token.yaml",
    "30-kafkatopic-events.yaml",
  ]);
  expect(parse(files.get("30-kafkatopic-events.yaml") as string)).toEqual({
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    metadata: { name: "events", namespace: "todo" },
    spec: { partitions: 3 },
  });
});

test("a text stays one for readers of YAML 1.1 too, as kubectl", async () => {
  const texts = { a: "yes", b: "on", c: "0777", d: "1e3", e: "12:30", f: "null", g: "a: b" };
  const files = render(await record(() => configMap("texts", {}, texts)));
  const [text] = [...files.values()];
  expect(parse(text as string, { version: "1.1" }).data).toEqual(texts);
  expect(text).toMatch(/^apiVersion: v1/);
});

test("the order of registration changes nothing", async () => {
  const one = await record(() => [topic(), configMap("one"), configMap("two")]);
  const other = await record(() => [configMap("two"), topic(), configMap("one")]);
  expect([...render(one)]).toEqual([...render(other)]);
});

test("a name and a namespace are filled in, and no namespace where the kind has none", async () => {
  const files = render(await record(() => [namespace(), configMap("settings")]));
  expect(files.get("10-configmap-settings.yaml")).toContain("namespace: default");
  expect(files.get("00-namespace-todo.yaml")).not.toContain("namespace:");
});

test("no secret is in clear, and what is base64 stays so", async () => {
  const resources = await record(secret);
  const [text] = [...render(resources).values()];
  expect(text).not.toMatch(/canary|Y2FuYXJ5/);
  const { data, stringData } = parse(text as string);
  expect(stringData).toEqual({ token: "<secret>" });
  expect(Buffer.from(data.binary, "base64").toString()).toBe("<secret>");
  expect(objectsOf(resources)[0]?.secretPaths).toEqual(["data.binary", "stringData.token"]);
});

test("charts are listed with their values", async () => {
  const resources = await record(() => chart({ global: { ha: true, token: pulumi.secret("x1") } }));
  const text = render(resources).get("charts.yaml") as string;
  expect(parse(text)).toEqual([
    {
      name: "dapr",
      chart: "dapr",
      version: "1.16.5",
      repository: "https://charts.example.com",
      namespace: "dapr-system",
      values: { global: { ha: true, token: "<secret>" } },
    },
  ]);
  expect(chartsOf(resources)[0]?.secretPaths).toEqual(["global.token"]);
});

test("objects of one name are told apart by namespace, and the same object twice is a fault", async () => {
  const inTwo = await record(() => [
    configMap("one", { name: "same", namespace: "a" }),
    configMap("two", { name: "same", namespace: "b" }),
  ]);
  expect([...render(inTwo).keys()]).toEqual([
    "10-configmap-same-a.yaml",
    "10-configmap-same-b.yaml",
  ]);
  const twice = await record(() => [
    configMap("one", { name: "same" }),
    configMap("two", { name: "same" }),
  ]);
  expect(() => render(twice)).toThrow("registered twice: ConfigMap default/same");
});

test("an object belongs to the nearest component of ours", async () => {
  const found = await record(() => {
    const part = new pulumi.ComponentResource("todo:kafka:Kafka", "kafka");
    object("v1", "ConfigMap", "inner", {}, part);
    configMap("outer");
  }).then(objectsOf);
  expect(found.map(({ object, component }) => [object.metadata.name, component]).sort()).toEqual([
    ["inner", "kafka"],
    ["outer", "stack"],
  ]);
});
