import { expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { comeBackTo, doors, routeOf } from "./places.ts";

test.each([
  ["/", { view: "tasks", taskId: undefined }],
  ["/tasks/1", { view: "tasks", taskId: "1" }],
  ["/tasks", { view: "tasks", taskId: undefined }],
  ["/inbox/", { view: "inbox" }],
  ["/history", { view: "history" }],
  ["/history/1", { view: "unknown" }],
  ["/tasks/1/2", { view: "unknown" }],
  ["/other", { view: "unknown" }],
])("%s is %j", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test.each([
  ["?then=/ops", "/ops"],
  ["", "/"],
  ["?then=//elsewhere.example", "/"],
  ["?then=javascript:alert(1)", "/"],
])("signing in at %s leads to %s, and nowhere that a link could name", (search, to) => {
  expect(comeBackTo(search)).toBe(to);
});

test("every address of the page is one that the gateway sends to web, and the other way round", () => {
  const pages = services.web.publicPaths.filter((path) => !["/assets", "/sw.js"].includes(path));
  for (const path of pages) expect(routeOf(path).view, path).not.toBe("unknown");
  for (const view of ["inbox", "history", "tasks", "reset-password", ...doors].map(
    (it) => `/${it}`,
  )) {
    expect(pages).toContain(view);
  }
});
