import { expect, test } from "vitest";
import { builderNames, commandsOf, findBuilder } from "./builder.ts";

const options = {
  dockerfile: "/w/Dockerfile",
  context: "/w/context",
  reference: "localhost/todo-a:1",
  args: { BASE: "b" },
};

test.each(builderNames)("%s builds from the context with the reference and the base", (name) => {
  const words = commandsOf(name, "/w").build(options);
  const text = words.join(" ");
  expect(text).toContain("--build-arg BASE=b");
  expect(text).toContain("--file /w/Dockerfile --tag localhost/todo-a:1");
  expect(words.at(-1)).toBe("/w/context");
});

test.each(builderNames)("%s gives every file the same time, whenever it is built", (name) => {
  expect(commandsOf(name, "/w").build(options).join(" ")).toMatch(
    /--timestamp 0|SOURCE_DATE_EPOCH=0/,
  );
});

test("whatever buildah does happens in its own storage", () => {
  const { build, push, archive, remove, has } = commandsOf("buildah", "/w");
  const all = [build(options), push("r"), archive("r", "f"), remove("r"), has("r")];
  for (const words of all) {
    expect(words.slice(0, 4)).toEqual(["--root", "/w/root", "--runroot", "/w/run"]);
  }
});

test.each(["buildah", "podman"] as const)("%s asks only registries elsewhere for TLS", (name) => {
  const { push } = commandsOf(name, "/w");
  expect(push("localhost:5000/todo-a:1")).toContain("--tls-verify=false");
  expect(push("r.example/todo-a:1")).not.toContain("--tls-verify=false");
  expect(push("localhost.example/todo-a:1")).not.toContain("--tls-verify=false");
});

test("the first program that works is taken", () => {
  expect(findBuilder("/w", (name) => name !== "buildah").name).toBe("podman");
  expect(findBuilder("/w", () => true).name).toBe("buildah");
});

test("without any the error names the remedies", () => {
  expect(() => findBuilder("/w", () => false)).toThrow(/install buildah.*registry and tag/s);
});
