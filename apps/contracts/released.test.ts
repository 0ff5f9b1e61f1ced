import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type CurrentSchema,
  compareSchemas,
  currentSchemas,
  type JsonSchema,
  planRelease,
  releasedFileName,
  strayFiles,
} from "./released.ts";

const folder = new URL("./released/", import.meta.url);
const released = new Map<string, JsonSchema>(
  readdirSync(folder).map((name) => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), "utf8")),
  ]),
);

describe("the released schemas", () => {
  test("are not broken by the current ones", () => {
    expect(planRelease(released, currentSchemas()).refusals).toEqual([]);
  });

  test("have all that the current ones say (else run node apps/contracts/release.ts)", () => {
    expect([...planRelease(released, currentSchemas()).writes.keys()]).toEqual([]);
  });

  test.each(currentSchemas())("include version $version of $topic", ({ topic, version }) => {
    expect(released.has(releasedFileName(topic, version))).toBe(true);
  });

  test("have no stray files beside them", () => {
    expect(strayFiles(released.keys(), currentSchemas())).toEqual([]);
  });

  test("leave further properties open to consumers", () => {
    for (const schema of released.values())
      expect(schema).not.toHaveProperty("additionalProperties");
  });
});

describe("compareSchemas", () => {
  const fields = {
    name: z.string().min(1).max(10),
    note: z.string().optional(),
    state: z.enum(["on", "off"]),
    tags: z.array(z.string()),
    at: z.iso.datetime().nullable(),
    verb: z.literal("made"),
    inner: z.object({ count: z.int() }),
  };
  const { name: _, ...nameless } = fields;
  const { note: __, ...noteless } = fields;
  const schemaOf = (shape: z.ZodRawShape) =>
    z.toJSONSchema(z.object(shape), { io: "input" }) as JsonSchema;
  const changed = (change: z.ZodRawShape) => schemaOf({ ...fields, ...change });

  test.each<[string, JsonSchema]>([
    ["nothing", schemaOf(fields)],
    ["a new optional property", changed({ extra: z.string().optional() })],
    [
      "a new optional property further down",
      changed({ inner: z.object({ count: z.int(), unit: z.string().optional() }) }),
    ],
    ["another order of an enum", changed({ state: z.enum(["off", "on"]) })],
    ["a description", changed({ name: fields.name.describe("what it is called") })],
  ])("accepts %s", (_case, current) => {
    expect(compareSchemas(schemaOf(fields), current)).toEqual([]);
  });

  test.each<[string, JsonSchema, string]>([
    ["a removed property", schemaOf(nameless), "name: removed, but consumers may read it"],
    ["a removed optional property", schemaOf(noteless), "note: removed, but consumers may read it"],
    [
      "a new required property",
      changed({ extra: z.string() }),
      "extra: added as required, but older events lack it",
    ],
    [
      "an optional property that becomes required",
      changed({ note: z.string() }),
      "note: newly required, but older events may lack it",
    ],
    [
      "a required property that becomes optional",
      changed({ name: fields.name.optional() }),
      "name: made optional, but consumers rely on it",
    ],
    ["another type", changed({ name: z.int() }), "name: type changed from string to integer"],
    [
      "becoming nullable",
      changed({ name: fields.name.nullable() }),
      "name: type changed from string to string | null",
    ],
    [
      "no longer being nullable",
      changed({ at: z.iso.datetime() }),
      "at: type changed from string | null to string",
    ],
    [
      "an extended enum",
      changed({ state: z.enum(["on", "off", "broken"]) }),
      "state: enum extended by broken, which breaks consumers that are exhaustive",
    ],
    [
      "a narrowed enum",
      changed({ state: z.enum(["on"]) }),
      "state: enum without off, which older events may have",
    ],
    [
      "a literal that becomes an enum",
      changed({ verb: z.enum(["made", "lost"]) }),
      "verb: enum extended by lost, which breaks consumers that are exhaustive",
    ],
    [
      "an enum that becomes any string",
      changed({ state: z.string() }),
      "state: no longer only on,off, but consumers may be exhaustive",
    ],
    [
      "a string that becomes an enum",
      changed({ note: z.enum(["short"]).optional() }),
      "note: narrowed to short, but older events may have other values",
    ],
    [
      "a wider bound",
      changed({ name: z.string().min(1).max(20) }),
      "name: maxLength changed from 10 to 20",
    ],
    [
      "a lost bound",
      changed({ name: z.string().max(10) }),
      "name: minLength changed from 1 to nothing",
    ],
    [
      "a new bound of an array",
      changed({ tags: z.array(z.string()).min(1) }),
      "tags: minItems changed from nothing to 1",
    ],
    [
      "other items of an array",
      changed({ tags: z.array(z.int()) }),
      "tags[]: type changed from string to integer",
    ],
    [
      "a change further down",
      changed({ inner: z.object({}) }),
      "inner.count: removed, but consumers may read it",
    ],
  ])("refuses %s", (_case, current, fault) => {
    expect(compareSchemas(schemaOf(fields), current)).toEqual([fault]);
  });

  test("refuses another format, also below an alternative", () => {
    const faults = compareSchemas(schemaOf(fields), changed({ at: z.uuid().nullable() }));
    expect(faults).toContain("at.anyOf[0]: format changed from date-time to uuid");
  });
});

describe("planRelease", () => {
  const text = { type: "string" };
  const made = (version: number, schema: JsonSchema = text): CurrentSchema[] => [
    { topic: "things", version, schema },
  ];
  const first = new Map([["things.v1.json", text as JsonSchema]]);

  test("writes the first version of a new topic", () => {
    expect(planRelease(new Map(), made(1)).writes).toEqual(first);
  });

  test("refuses a breaking change within a version", () => {
    expect(planRelease(first, made(1, { type: "integer" })).refusals).toEqual([
      "things.v1.json: event: type changed from string to integer",
    ]);
  });

  test("gives a breaking change a new file when the version is raised", () => {
    const plan = planRelease(first, made(2, { type: "integer" }));
    expect(plan).toEqual({
      writes: new Map([["things.v2.json", { type: "integer" }]]),
      refusals: [],
    });
  });

  test.each([0, 3])("refuses version %i after version 1", (version) => {
    expect(planRelease(first, made(version)).refusals).toEqual([
      `things: version ${version} does not follow the released 1`,
    ]);
  });

  test("keeps older versions and names other files as stray", () => {
    const names = [
      "things.v1.json",
      "things.v2.json",
      "things.v3.json",
      "gone.v1.json",
      "notes.txt",
    ];
    expect(strayFiles(names, made(2))).toEqual(["things.v3.json", "gone.v1.json", "notes.txt"]);
  });
});
