import { describe, expect, test } from "vitest";
import { readConfig } from "#stacks/config.ts";
import { namespaceConfig } from "./namespace.ts";

const shared = {
  "todo-evolution:target": "kubernetes",
  "todo-evolution:size": "prod",
  "todo-evolution:cluster": { kind: "existing", context: "shared" },
  "todo-evolution:ingress": { host: "todo.example.com", issuer: { kind: "self-signed" } },
  "todo-evolution:platform": { mode: "own", operators: { keda: "none" } },
  "todo-evolution:images": { from: "registry", registry: "r.example.com/todo", tag: "sha-1" },
  "todo-evolution:mail": {
    ...{ host: "smtp.example.com", from: "todo@example.com" },
    ...{ username: "todo", password: { secure: "v1:abc" } },
  },
  "azure-native:location": "westeurope",
};

describe("the stack of a pull request", () => {
  const made = namespaceConfig(shared, 12);

  test("has its own namespace and host, small, on the platform of the other", () => {
    expect(made).toMatchObject({
      "todo-evolution:size": "dev",
      "todo-evolution:namespace": "todo-pr-12",
      "todo-evolution:platform": { mode: "shared", operators: { keda: "none" } },
      "todo-evolution:images": { from: "source" },
      "todo-evolution:ingress": { host: "pr-12.todo.example.com", issuer: { kind: "self-signed" } },
      "todo-evolution:keepData": false,
      "azure-native:location": "westeurope",
    });
  });

  test("has no secret of the other stack, whose key it has not", () => {
    expect(JSON.stringify(made)).not.toContain("secure");
    expect(made["todo-evolution:mail"]).toEqual({
      ...{ host: "smtp.example.com", from: "todo@example.com" },
    });
  });

  test("is a configuration that the program takes", () => {
    const values = Object.entries(made)
      .filter(([key]) => key.startsWith("todo-evolution:"))
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
    const read = readConfig(Object.fromEntries(values));
    expect(read).toMatchObject({ namespace: "todo-pr-12", keepData: false });
  });

  test.each([0, -1, 1.5, Number.NaN])("is of no pull request %d", (number) => {
    expect(() => namespaceConfig(shared, number)).toThrow(/--pull-request/);
  });

  test("is not made from the local one", () => {
    expect(() => namespaceConfig({ "todo-evolution:target": "local" }, 1)).toThrow(/is local/);
  });
});
