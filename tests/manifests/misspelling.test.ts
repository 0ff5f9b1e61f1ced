import { expect, test } from "vitest";
import { fieldsOf, type Schema } from "./misspelling.ts";

const schemas: Record<string, Schema> = {
  Container: { properties: { name: {}, image: {}, env: { additionalProperties: {} } } },
};
const schema: Schema = {
  properties: {
    apiVersion: {},
    kind: {},
    metadata: { properties: { name: {}, labels: { additionalProperties: {} } } },
    spec: {
      properties: {
        containers: { items: { allOf: [{ $ref: "#/components/schemas/Container" }] } },
        config: { "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  },
};
const object = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one", labels: { app: "one" } },
  spec: { containers: [{ name: "a" }, { name: "b", image: "c" }], config: { min: { isr: 2 } } },
};

test("each declared field is misspelt once, at every depth, also in lists", () => {
  const { declared } = fieldsOf(object, schema, schemas);
  expect(declared.map(({ path, depth, misspelt }) => [path, depth, misspelt])).toEqual([
    ["metadata.labels", 2, "labelss"],
    ["spec", 1, "specc"],
    ["spec.containers", 2, "containerss"],
    ["spec.containers[].name", 3, "namee"],
    ["spec.containers[].image", 3, "imagee"],
    ["spec.config", 2, "configg"],
  ]);
});

test("only the name of that field differs", () => {
  const { declared } = fieldsOf(object, schema, schemas);
  const image = declared.find(({ path }) => path === "spec.containers[].image");
  expect(image?.object).toEqual({
    ...object,
    spec: { ...object.spec, containers: [{ name: "a" }, { name: "b", imagee: "c" }] },
  });
});

test("keys are data in maps, and are told where no schema knows them", () => {
  const { declared, free } = fieldsOf(object, schema, schemas);
  expect(declared.map(({ path }) => path)).not.toContain("metadata.labels.app");
  expect(free).toEqual(["spec.config.min"]);
});
