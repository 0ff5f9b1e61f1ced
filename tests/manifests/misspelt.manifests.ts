import { afterAll, describe, expect, test } from "vitest";
import type { KubernetesObject } from "#commands/render/objects.ts";
import { ApiClient, groupPath } from "./api-client.ts";
import { type Field, fieldsOf, type Schema } from "./misspelling.ts";
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
    test(`${kind}, each of its fields`, async () => {
      const fields = await declaredFields(own);
      expect(fields.length).toBeGreaterThan(0);
      const taken = await Promise.all(
        fields.map(async (field) => [field.path, await isTaken(field)]),
      );
      expect(taken.filter(([, isTaken]) => isTaken)).toEqual([]);
    });
  }
});

/** Every field that any object of a kind has, each misspelt once. */
async function declaredFields(own: readonly KubernetesObject[]): Promise<Field[]> {
  const { schema, schemas } = await schemaOf(own[0] as KubernetesObject);
  const fields = own.flatMap((object) => fieldsOf(object, schema, schemas).declared);
  return [...new Map(fields.map((field) => [field.path, field])).values()];
}

async function isTaken({ object, misspelt }: Field): Promise<string | undefined> {
  const verdict = await client.dryRun(object);
  if (verdict.kind !== "refused") return verdict.kind;
  return verdict.reason.includes(misspelt) ? undefined : verdict.reason;
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
