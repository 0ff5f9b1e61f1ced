import { describe, expect, test } from "vitest";
import { hashOfFiles, imageReference } from "./reference.ts";

const contentHash = "0123456789abcdef0123456789abcdef";

describe("the reference of an image", () => {
  test.each([
    [{ name: "backend", contentHash }, "localhost/todo-backend:0123456789abcdef"],
    [{ name: "a", tag: "v1.2.3", registry: "r.example" }, "r.example/todo-a:v1.2.3"],
    [{ name: "a", tag: "1", registry: "r.example:5000/x/y" }, "r.example:5000/x/y/todo-a:1"],
    [{ name: "a", tag: "1", registry: "localhost:5000" }, "localhost:5000/todo-a:1"],
  ])("of %o is %s", (args, reference) => {
    expect(imageReference(args)).toBe(reference);
  });

  test.each([
    [{ name: "a", tag: "1", registry: "https://r.example" }, /registry "https:.*host/],
    [{ name: "a", tag: "1", registry: "r.example/" }, /registry/],
    [{ name: "a", tag: "1", registry: "" }, /registry/],
    [{ name: "a", tag: "a b" }, /tag "a b"/],
    [{ name: "a", tag: "" }, /tag/],
  ])("refuses %o", (args, fault) => {
    expect(() => imageReference(args)).toThrow(fault);
  });
});

describe("the hash of files", () => {
  const files = (entries: Record<string, string>) =>
    new Map(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)]));

  test("does not depend on their order", () => {
    expect(hashOfFiles(files({ a: "1", b: "2" }))).toBe(hashOfFiles(files({ b: "2", a: "1" })));
  });

  test.each([
    ["a name", { c: "1", b: "2" }],
    ["a content", { a: "1", b: "3" }],
    ["where one ends and the next begins", { a: "1b\x001\x002" }],
    ["a file more", { a: "1", b: "2", c: "" }],
  ])("depends on %s", (_what, other) => {
    expect(hashOfFiles(files(other))).not.toBe(hashOfFiles(files({ a: "1", b: "2" })));
  });
});
