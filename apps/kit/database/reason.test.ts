import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { reasonOf } from "./reason.ts";

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
