import { expect, test } from "vitest";
import { configCommand } from "./config-command.ts";

test("a stack is told to change its own configuration, the local one by npm", () => {
  expect(configCommand("set portBase 19000", "local")).toBe(
    "npm run pulumi -- config set portBase 19000",
  );
  expect(configCommand("set --path kafka.engine strimzi", "prod")).toBe(
    "pulumi config set --path kafka.engine strimzi -s prod",
  );
});
