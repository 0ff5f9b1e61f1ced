import { describe, expect, test } from "vitest";
import { dapr, eventRoute } from "#apps/contracts/dapr.ts";
import { appIds } from "#apps/contracts/services.ts";
import { call, expectProblem, newUser } from "../client.ts";
import { requireStack } from "../stack.ts";

const { services } = requireStack();
const wrongToken = { "dapr-api-token": "guess" };

describe("internal ports", () => {
  test.for(appIds)("%s answers its health, readiness and metrics", async (appId) => {
    const { url } = services[appId];
    expect((await call("GET", `${url}/healthz`)).body).toEqual({ status: "ok" });
    const ready = await call("GET", `${url}/readyz`);
    expect(ready.status, JSON.stringify(ready.body)).toBe(200);
    const metrics = await call<string>("GET", `${url}/metrics`);
    expect(metrics.status).toBe(200);
    expect(metrics.body).toMatch(/^# TYPE \w+ (counter|gauge|histogram)/m);
  });

  test.for(appIds)("%s takes events from its own sidecar only", async (appId) => {
    const address = `${services[appId].url}${eventRoute("task-events")}`;
    const body = { data_base64: Buffer.from("{}").toString("base64") };
    for (const headers of [{}, wrongToken]) {
      expect([401, 404]).toContain((await call("POST", address, { body, headers })).status);
    }
    if (appId === "audit") expectProblem(await call("POST", address, { body }), 401);
  });

  test("audit shows its log to its own sidecar only", async () => {
    const user = await newUser();
    const address = `${services.audit.url}/activity?user_id=${user.id}`;
    const asUser = { Authorization: `Bearer ${user.token}` };
    for (const headers of [{}, wrongToken, asUser]) {
      expectProblem(await call("GET", address, { headers }), 401);
    }
  });

  const sidecarCalls: [name: string, method: string, path: string][] = [
    ["invoke a declared path", "GET", "/v1.0/invoke/audit/method/activity"],
    ["invoke a path outside the access list", "GET", "/v1.0/invoke/audit/method/metrics"],
    ["publish", "POST", `/v1.0/publish/${dapr.pubsub}/task-events`],
    ["read the state store", "GET", `/v1.0/state/${dapr.stateStore}/any`],
    ["read a secret", "GET", `/v1.0/secrets/${dapr.secretStore}/any`],
    ["read the metadata", "GET", "/v1.0/metadata"],
  ];

  test.for(sidecarCalls)("nobody without its token may %s through a sidecar", async (row) => {
    const [, method, path] = row;
    const body = method === "POST" ? { body: {} } : {};
    for (const appId of appIds) {
      for (const headers of [{}, wrongToken]) {
        const answer = await call(method, services[appId].sidecarUrl + path, { ...body, headers });
        expect(answer.status).toBe(401);
      }
    }
  });
});
