import { expect, test } from "vitest";
import { statementName } from "./statement-names.ts";

test("a statement has one name, another has another, and there is an end to it", () => {
  const first = statementName("select 1");
  expect(first).toMatch(/^[\w-]{20}$/);
  expect(statementName("select 2")).not.toBe(first);
  const named = Array.from({ length: 1_000 }, (_, n) => statementName(`select ${n}`));
  expect(named.filter((name) => name !== undefined)).toHaveLength(400);
  expect(statementName("select 1")).toBe(first);
});
