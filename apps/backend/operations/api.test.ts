import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { OpenApiDocument } from "#apps/kit/openapi/document.ts";
import { accountsEnvOfTests } from "../accounts/testing.ts";
import { createApp } from "../app.ts";
import { backendDeps } from "../testing/deps.ts";
import { apiOf } from "./api.ts";

// Only what the routes are is looked at here, and none of them runs.
const app = createApp(backendDeps({} as Database, { env: { ALLOWED_ORIGINS: "" } }));

const api = apiOf(accountsEnvOfTests);
const documents = ["/openapi.json", "/docs"];

const served = app.routes
  .filter(({ method, path }) => method !== "ALL" && isPublic(path) && !documents.includes(path))
  .map(({ method, path }) => `${method} ${path}`);
const described = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

describe("the OpenAPI document", () => {
  test("has every public route of the app, and no other", () => {
    expect(described.sort()).toEqual([...new Set(served)].sort());
  });

  test("is at /openapi.json, and valid OpenAPI 3.1", async () => {
    const response = await app.request("/openapi.json");
    expect(response.headers.get("content-type")).toContain("application/json");
    const result = await new Validator().validate(
      (await response.json()) as Record<string, unknown>,
    );
    expect(JSON.stringify(result.errors ?? []).slice(0, 1_000)).toBe("[]");
    expect(result.valid).toBe(true);
  });

  test("refers to nothing that it does not have", async () => {
    const document = (await (await app.request("/openapi.json")).json()) as OpenApiDocument;
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    expect(refs.length).toBeGreaterThan(50);
    for (const [, path = ""] of refs) {
      const found = path.split("/").reduce<unknown>((at, key) => (at as never)?.[key], document);
      expect(found, path).toBeDefined();
    }
  });

  test("says of every operation what it answers, problems and header fields included", () => {
    expect(new Set(api.operations.map(({ id }) => id)).size).toBe(api.operations.length);
    for (const { path, params } of api.operations) {
      const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      expect(Object.keys(params ?? {}), path).toEqual(names);
    }
  });
});

describe("the page at /docs", () => {
  test("names every operation and loads nothing from anywhere", async () => {
    const response = await app.request("/docs");
    const html = await response.text();
    for (const { id } of api.operations) expect(html).toContain(`id="${id}"`);
    expect(html).not.toMatch(/<script|<link|<img|https?:\/\/(?!json-schema)/i);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

function isPublic(path: string): boolean {
  return services.backend.publicPaths.some(
    (prefix) => path === prefix || path.startsWith(`${prefix}/`),
  );
}
