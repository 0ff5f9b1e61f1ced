import { z } from "zod";
import { problemDocument } from "#apps/kit/http/problem.ts";
import type { Answer, ApiDescription, Fields, Operation } from "./operation.ts";

/** A JSON Schema of 2020-12, which OpenAPI 3.1 uses as it is. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string | undefined;
  readonly schema: JsonSchema;
};

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

type HeaderObject = { readonly description: string; readonly schema: JsonSchema };

export type ResponseObject = {
  readonly description: string;
  readonly headers: Readonly<Record<string, HeaderObject | { readonly $ref: string }>>;
  readonly content?: Content;
};

export type OperationObject = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
};

export type OpenApiDocument = {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: Readonly<Record<string, HeaderObject>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

const problemSchema = "Problem";

/** What a status means, for those that are answered with a problem document. */
const problemsSay: Readonly<Record<number, string>> = {
  400: "The input does not fit; `errors` names every fault",
  401: "Not signed in, by a session or a valid bearer token",
  403: "Not from a page of this origin",
  404: "There is no such thing, or it is somebody else's",
  409: "Not as things are: `detail` says why. So too while a request with the same key still runs",
  412: "It has changed since the version that If-Match names",
  413: "The body is too large",
  422: "This Idempotency-Key was used for another request",
  429: "Asked too often; Retry-After says when to come again",
  500: "A fault of ours; `request_id` finds it in the logs",
  503: "Something it needs is away; Retry-After says when to try again",
};

/** The OpenAPI document of an API, from the schemas by which its routes check and answer. */
export function documentOf(api: ApiDescription): OpenApiDocument {
  const named = new Map<z.ZodType, string>([
    ...Object.entries(api.schemas).map(([name, schema]) => [schema, name] as const),
    [problemDocument, problemSchema],
  ]);
  const schemaOf = (schema: z.ZodType, io: "input" | "output"): JsonSchema =>
    named.has(schema) ? { $ref: refTo(named.get(schema) ?? "") } : written(schema, io, named);
  const bodies = new Set(api.operations.map(({ body }) => body));

  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const operation of api.operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method]: operationOf(operation, api, schemaOf) };
  }
  return {
    openapi: "3.1.1",
    info: { title: api.title, version: api.version, description: api.description },
    paths,
    components: {
      schemas: Object.fromEntries(
        [...named].map(([schema, name]) => [
          name,
          written(schema, bodies.has(schema) ? "input" : "output", named),
        ]),
      ),
      headers: headersOf(api.headers, schemaOf),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        session: { type: "apiKey", in: "cookie", name: api.cookieName },
      },
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: "input" | "output") => JsonSchema;

function operationOf(
  operation: Operation,
  api: ApiDescription,
  schemaOf: SchemaOf,
): OperationObject {
  const { body, description } = operation;
  const problems = new Set([
    ...operation.problems,
    ...api.problems,
    ...(operation.secured ? [401] : []),
    // A session's cookie changes things for pages of ours only.
    ...(operation.secured && operation.method !== "get" ? [403] : []),
    ...(body ? [413] : []),
  ]);
  const responseOf = ({ says, body: answered, headers }: Answer): ResponseObject => ({
    description: says,
    headers: { ...shared(api.headers), ...headersOf(headers ?? {}, schemaOf) },
    ...(answered && { content: { "application/json": { schema: schemaOf(answered, "output") } } }),
  });
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(description !== undefined && { description }),
    security: operation.secured ? [{ bearer: [] }, { session: [] }] : [],
    parameters: parametersOf(operation, schemaOf),
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemaOf(body, "input") } },
      },
    }),
    responses: Object.fromEntries([
      ...Object.entries(operation.answers).map(([status, answer]) => [status, responseOf(answer)]),
      ...[...problems].sort().map((status) => [String(status), problemOf(status, api, schemaOf)]),
    ]),
  };
}

function parametersOf({ params, query, headers }: Operation, schemaOf: SchemaOf): Parameter[] {
  const parameter = (place: Parameter["in"], name: string, schema: z.ZodType): Parameter => {
    const { description, ...rest } = schemaOf(schema, "input");
    return {
      name,
      in: place,
      required: place === "path" || !schema.safeParse(undefined).success,
      ...(typeof description === "string" && { description }),
      schema: rest,
    };
  };
  return [
    ...Object.entries(params ?? {}).map(([name, schema]) => parameter("path", name, schema)),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) =>
      parameter("query", name, schema as z.ZodType),
    ),
    ...Object.entries(headers ?? {}).map(([name, { says, schema }]) => ({
      ...parameter("header", name, schema),
      description: says,
    })),
  ];
}

function problemOf(status: number, api: ApiDescription, schemaOf: SchemaOf): ResponseObject {
  const says = problemsSay[status];
  if (!says) throw new Error(`nothing says what the status ${status} means`);
  const retries = { "Retry-After": { says: "Seconds to wait", schema: z.int().min(1) } };
  return {
    description: says,
    headers: {
      ...shared(api.headers),
      ...(status === 429 || status === 503 ? headersOf(retries, schemaOf) : {}),
    },
    content: { "application/problem+json": { schema: schemaOf(problemDocument, "output") } },
  };
}

const headersOf = (fields: Fields, schemaOf: SchemaOf) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { says, schema }]) => [
      name,
      { description: says, schema: schemaOf(schema, "output") },
    ]),
  );

/** Header fields of every answer, which the document has once. */
const shared = (fields: Fields) =>
  Object.fromEntries(
    Object.keys(fields).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );

const refTo = (name: string): string => `#/components/schemas/${name}`;

/** A schema written out whole. */
export const jsonSchemaOf = (schema: z.ZodType, io: "input" | "output"): JsonSchema =>
  written(schema, io, new Map());

/** A schema written out, with those in it that have a name referred to by it. */
function written(
  schema: z.ZodType,
  io: "input" | "output",
  named: ReadonlyMap<unknown, string>,
): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    // What JSON has no words for, as a field that must not be there.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const name = named.get(zodSchema);
      if (name !== undefined && (zodSchema as unknown) !== schema) {
        for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword];
        jsonSchema.$ref = refTo(name);
      }
      // What a reader knows anyway: the pattern of a format, the bounds of a number.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return json;
}
