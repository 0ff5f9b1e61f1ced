import { describe, expect, test } from "vitest";
import { call, newUser } from "../client.ts";

type Document = {
  openapi: string;
  paths: Record<string, Record<string, { security: object[]; responses: Record<string, object> }>>;
};

describe("the documentation", () => {
  test("is OpenAPI 3.1 at /openapi.json, for everyone", async () => {
    const { status, body } = await call<Document>("GET", "/openapi.json");
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(body.paths)).toContain("/api/tasks/{id}");
  });

  test("is a page at /docs that needs nothing from elsewhere", async () => {
    const { status, headers, body } = await call<string>("GET", "/docs");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/html");
    expect(body).toContain("createTask");
    expect(body).not.toMatch(/<script|src="http/i);
  });

  test("every operation that wants a token says so by 401 without one", async () => {
    const { body } = await call<Document>("GET", "/openapi.json");
    for (const [path, methods] of Object.entries(body.paths)) {
      for (const [method, { security, responses }] of Object.entries(methods)) {
        if (security.length === 0) continue;
        expect(Object.keys(responses), `${method} ${path}`).toContain("401");
        const real = path.replace(/\{\w+\}/g, "018f4c7e-0000-7000-8000-000000000000");
        const answer = await call(method.toUpperCase(), real, method === "get" ? {} : { body: {} });
        expect(answer.status, `${method} ${path}`).toBe(401);
      }
    }
  });

  test("an answer has the statuses that its operation names", async () => {
    const { body } = await call<Document>("GET", "/openapi.json");
    const named = Object.keys(body.paths["/api/tasks"]?.post?.responses ?? {});
    const user = await newUser();
    for (const task of [{ title: "Right" }, { title: "" }]) {
      const { status } = await user.call("POST", "/api/tasks", { body: task });
      expect(named).toContain(String(status));
    }
  });
});
