import { describe, expect, test } from "vitest";
import { AwayError, isAway } from "./away.ts";

const withCode = (code: unknown) => Object.assign(new Error("failed"), { code });
const because = (cause: unknown) => new Error("failed", { cause });

describe("isAway", () => {
  test.each<[string, unknown]>([
    ["a refused connection", withCode("ECONNREFUSED")],
    ["a connection that the driver lost", new Error("Connection terminated unexpectedly")],
    ["a server that does not answer", new Error("Query read timeout")],
    ["no connection within the time", new Error("timeout exceeded when trying to connect")],
    ["a primary that was demoted and is read-only", withCode("25006")],
    ["a table whose migration has not run yet", withCode("42P01")],
    ["a shutdown of PostgreSQL", withCode("57P01")],
    ["a connection failure of PostgreSQL", withCode("08006")],
    ["a deadlock", withCode("40P01")],
    ["too many connections", withCode("53300")],
    ["an error that says so itself", new AwayError("503 from audit")],
    ["any of these below other errors", because(because(withCode("ECONNRESET")))],
    ["a name whose every address refused", new AggregateError([withCode("ECONNREFUSED")])],
    ["a fetch that failed below", new TypeError("fetch failed", { cause: withCode("ENOTFOUND") })],
  ])("says that waiting helps after %s", (_case, error) => {
    expect(isAway(error)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["a fault of the code", new TypeError("x is not a function")],
    ["a unique violation", withCode("23505")],
    ["a syntax error of SQL", withCode("42601")],
    ["a missing file", withCode("ENOENT")],
    ["a numeric code", withCode(14)],
    ["a thrown text", "ECONNREFUSED"],
    ["nothing", undefined],
  ])("does not say so after %s", (_case, error) => {
    expect(isAway(error)).toBe(false);
  });

  test("ends on causes that go round in a circle", () => {
    const error = new Error("a") as Error & { cause: unknown };
    error.cause = because(error);
    expect(isAway(error)).toBe(false);
  });
});
