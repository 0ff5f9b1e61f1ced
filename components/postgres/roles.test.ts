import { expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { roleNames } from "./roles.ts";

test("every service with a database has a role, and nobody else", () => {
  const declared = appIds.filter((appId) => contractOf(appId).database);
  expect(roleNames({ stateIn: undefined })).toEqual(declared);
  expect(roleNames({ stateIn: "redis" })).toEqual(declared);
});

test("the state store has a role of its own where PostgreSQL keeps the state", () => {
  expect(roleNames({ stateIn: "postgres" })).toEqual([
    ...roleNames({ stateIn: "redis" }),
    "statestore",
  ]);
});
