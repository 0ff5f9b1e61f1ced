import { RunError } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const whole = { target: "local", portBase: "18000", watch: "false", logLevel: "info" };

const read = (changes: Record<string, string | undefined>) =>
  readConfig(
    Object.fromEntries(
      Object.entries({ ...whole, ...changes }).flatMap(([key, value]) =>
        value === undefined ? [] : [[`todo-evolution:${key}`, value]],
      ),
    ),
  );

test("a whole configuration is read with its types", () => {
  expect(read({})).toEqual({ target: "local", portBase: 18_000, watch: false, logLevel: "info" });
});

test("keys of other projects and providers are none of its business", () => {
  expect(() => readConfig({ ...prefixed(), "gcp:project": "x" })).not.toThrow();
});

describe("what is wrong ends the run before any resource and names the remedy", () => {
  test.each([
    ["portBase", "many", "config set portBase"],
    ["portBase", "80", "config set portBase"],
    ["portBase", "40000", "config set portBase"],
    ["logLevel", "loud", "config set logLevel"],
    ["target", "moon", "config set target"],
    ["target", undefined, "Configuration key target is not set"],
    ["watch", "perhaps", "config set watch"],
    ["portbase", "19000", "config rm portbase"],
  ])("%s = %s", (key, value, remedy) => {
    expect(() => read({ [key]: value })).toThrow(RunError);
    expect(() => read({ [key]: value })).toThrow(remedy);
    if (value !== undefined && key !== "portbase") {
      expect(() => read({ [key]: value })).toThrow(JSON.stringify(value));
    }
  });
});

const prefixed = () =>
  Object.fromEntries(Object.entries(whole).map(([key, value]) => [`todo-evolution:${key}`, value]));
