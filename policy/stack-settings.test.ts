import { expect, test } from "vitest";
import { settingsOf } from "./rule.ts";
import { stackSettings } from "./stack-settings.ts";

const environment = (config: object) => ({
  PULUMI_PROJECT: "todo-evolution",
  PULUMI_CONFIG: JSON.stringify(config),
});

test("the size of a stack is that of its configuration", () => {
  expect(stackSettings(environment({ "todo-evolution:size": "dev" }))).toEqual({ size: "dev" });
  expect(stackSettings(environment({ "todo-evolution:size": "prod" }))).toEqual({ size: "prod" });
});

test.each([{}, environment({}), environment({ "todo-evolution:size": "huge" })])(
  "a stack that does not say its size is judged as one in prod: %j",
  (told) => {
    expect(settingsOf(stackSettings(told))).toEqual({ size: "prod", thirdPartyImages: "digest" });
  },
);
