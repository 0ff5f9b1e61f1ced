import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { hasRefusedStatement, reasonOf } from "./reason.ts";

test("a failed query tells the database's reason, and not what the user wrote", () => {
  const cause = new Error('relation "activity" does not exist');
  const error = new DrizzleQueryError(
    "insert into activity values ($1)",
    ["a secret title"],
    cause,
  );
  expect(reasonOf(error)).toBe('database: Error: relation "activity" does not exist');
});

test("any other error tells its name and message, and what is no error tells itself", () => {
  expect(reasonOf(new TypeError("x is not a function"))).toBe("TypeError: x is not a function");
  expect(reasonOf("gone")).toBe("gone");
});

test.each([
  ["a value that cannot be kept", { severity: "ERROR", code: "22P05" }, true],
  ["a time that ran out", { severity: "ERROR", code: "57014" }, true],
  ["a server that ends", { severity: "FATAL", code: "57P01" }, false],
  ["a connection that was lost", { code: "ECONNRESET" }, false],
  ["an answer that did not come", {}, false],
])("whether a statement was taken back for sure: %s", (message, fields, expected) => {
  const cause = Object.assign(new Error(message), fields);
  expect(hasRefusedStatement(cause)).toBe(expected);
  expect(hasRefusedStatement(new DrizzleQueryError("insert", [], cause))).toBe(expected);
});
