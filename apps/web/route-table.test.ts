import { expect, test } from "vitest";
import { eventRoute, jobRoute } from "#apps/contracts/dapr.ts";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { routes, serviceOf } from "./route-table.ts";

test("each public path of the contracts leads to its service, with all below it", () => {
  for (const appId of appIds) {
    for (const prefix of contractOf(appId).publicPaths) {
      expect(serviceOf(prefix)).toBe(appId);
      expect(serviceOf(`${prefix}?a=/internal`)).toBe(appId);
      if (prefix !== "/") expect(serviceOf(`${prefix}/some/thing?a=b`)).toBe(appId);
      if (prefix !== "/") expect(serviceOf(`${prefix}else`)).toBeUndefined();
    }
  }
});

test("the longest prefix wins", () => {
  const table = [
    { prefix: "/api/live", appId: "web" },
    { prefix: "/api", appId: "backend" },
  ] as const;
  expect(serviceOf("/api/live/1", table)).toBe("web");
  expect(serviceOf("/api/lively", table)).toBe("backend");
  const lengths = routes.map(({ prefix }) => prefix.length);
  expect(lengths).toEqual([...lengths].sort((one, other) => other - one));
});

test.for([
  ...["/metrics", "/healthz", "/readyz", "/activity", "/dapr/config", "/dapr/subscribe"],
  ...["/v1.0/invoke/backend/method/api/tasks", "/internal/occurrences", "/internal"],
  ...[eventRoute("task-events"), jobRoute("reminder-1"), "/internal/schedules/reminder-sweep"],
  // What a service would read as one of those.
  ...["/api/../internal/occurrences", "/api/%2e%2e/internal", "/api/.%2E/internal", "/api/./tasks"],
  ...["/api/..%2finternal", "/api/..\\internal", "/api\\..\\internal", "/api/%5c..%5cinternal"],
  ...["//internal", "/api//tasks", "http://backend/internal", "internal", "*", "", "/API/tasks"],
  ...["/%61pi/tasks", "/api/..", "/anything"],
])("%s leads nowhere", (target) => {
  expect(serviceOf(target)).toBeUndefined();
});

test.for(["/api/a.b", "/api/...", "/api/%20", "/api/tasks/", "/api/?x=../internal"])(
  "%s is a path like another",
  (target) => {
    expect(serviceOf(target)).toBe("backend");
  },
);
