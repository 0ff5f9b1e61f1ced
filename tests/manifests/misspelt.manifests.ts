import { afterAll, describe, expect, test } from "vitest";
import type { KubernetesObject } from "#commands/render/objects.ts";
import { ApiClient, groupPath } from "./api-client.ts";
import { isKafkaSetting } from "./kafka-names.ts";
import { type Field, type Fields, fieldsOf, type Schema } from "./misspelling.ts";
import { distinct } from "./renders.ts";
import { readSetting } from "./setting.ts";

const setting = readSetting();
const client = new ApiClient(setting);
afterAll(() => client.close());

const objects = distinct(setting.renders)
  .map(({ object }) => object)
  .filter(({ apiVersion }) => !setting.absentGroups.includes(apiVersion.split("/")[0] as string));

// Shows that the other tests can fail: whatever field we write, by another name it is refused.
describe("a misspelt field is refused", () => {
  for (const [kind, own] of Map.groupBy(objects, (one) => `${one.apiVersion} ${one.kind}`)) {
    test(`${kind}, each of its fields`, async ({ task }) => {
      const { declared, free } = await fieldsOfKind(own);
      task.meta.fields = declared.length;
      task.meta.free = free
        .map((path) => `${own[0]?.kind} ${path}`)
        .filter((place) => !isKafkaSetting(place));
      const faults = await Promise.all(declared.map(faultOf));
      expect(declared.length).toBeGreaterThan(0);
      expect(faults.flat()).toEqual([]);
    });
  }
});

/** Every field that any object of a kind has, each misspelt once. */
async function fieldsOfKind(own: readonly KubernetesObject[]): Promise<Fields> {
  const { schema, schemas } = await schemaOf(own[0] as KubernetesObject);
  const all = own.map((object) => fieldsOf(object, schema, schemas));
  const declared = all.flatMap((fields) => fields.declared);
  return {
    declared: [...new Map(declared.map((field) => [field.path, field])).values()],
    free: [...new Set(all.flatMap(({ free }) => free))].sort(),
  };
}

/** Empty when the object is refused for the name that was misspelt. */
async function faultOf({ path, object, misspelt }: Field): Promise<string[]> {
  const verdict = await client.dryRun(object);
  if (verdict.kind !== "refused") return [`${path}: ${verdict.kind}`];
  // Elements of a list that have no key are refused before their fields are looked at.
  const isNamed = verdict.reason.includes(misspelt) || verdict.reason.includes("key fields");
  return isNamed ? [] : [`${path}: ${verdict.reason}`];
}

async function schemaOf({ apiVersion, kind }: KubernetesObject) {
  const { body } = await client.call("GET", `/openapi/v3${groupPath(apiVersion)}`);
  const schemas = body.components.schemas as Record<string, Schema & Named>;
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const schema = Object.values(schemas).find((one) =>
    one["x-kubernetes-group-version-kind"]?.some(
      (named) => named.group === group && named.version === version && named.kind === kind,
    ),
  );
  if (!schema) throw new Error(`the API server publishes no schema of ${apiVersion} ${kind}`);
  return { schema, schemas };
}

type Named = {
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
};

declare module "vitest" {
  interface TaskMeta {
    /** How many fields were misspelt. */
    fields?: number;
    /** Where no schema knows the names of fields. */
    free?: readonly string[];
  }
}
