import { expect, test } from "vitest";
import { accountIdOf } from "./accounts.ts";

test("a short name is of its parts", () => {
  expect(accountIdOf("todo", "todo", "backend")).toBe("todo-todo-backend");
});

test("a long name is cut, and two that begin alike stay two", () => {
  const one = accountIdOf("todo", "pull-request-1234", "notification");
  const other = accountIdOf("todo", "pull-request-1234", "notifications");
  expect(one).toMatch(/^todo-pull-request-123-[0-9a-f]{8}$/);
  expect(one).toHaveLength(30);
  expect(other).not.toBe(one);
});
