import { describe, expect, test } from "vitest";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { topics } from "#apps/contracts/topics.ts";
import { grafanaModel } from "./dashboards/dashboard.ts";
import { dashboardConfigMap, dashboards } from "./dashboards.ts";
import { withContracts } from "./testing/contracts.ts";

const args = { namespace: "todo", daprNamespace: "dapr-system", postgres: true, redis: true };
const rowsOf = (name: string, all = dashboards(args)) =>
  all.find((dashboard) => dashboard.name === name)?.rows ?? [];

describe.each(dashboards(args))("the dashboard of $name", (dashboard) => {
  const model = grafanaModel(dashboard, "todo");
  // biome-ignore lint/suspicious/noExplicitAny: Grafana's model
  const panels = model.panels as any[];

  test("has panels that do not lie on each other and fit the page", () => {
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x}/${y}`), `${title} at ${x}/${y}`).toBe(false);
          taken.add(`${x}/${y}`);
        }
      }
    }
  });

  test("asks something in each panel, of one namespace only", () => {
    for (const { type, targets, title } of panels) {
      if (type === "row") continue;
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets) {
        for (const selector of expr.match(/[a-z_0-9]+\{[^}]*\}/g) ?? [""]) {
          expect(selector, title).toMatch(/namespace="(todo|dapr-system)"/);
        }
      }
    }
  });

  test("has an id that Grafana takes and that is its own", () => {
    expect(model.uid.length).toBeLessThanOrEqual(40);
    expect(grafanaModel(dashboard, "todo-pr-7").uid).not.toBe(model.uid);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

test("each service has a row with what its contract gives it, and no more", () => {
  const rows = rowsOf("services");
  expect(rows.map(({ title }) => title)).toEqual([...appIds]);
  for (const { title, panels } of rows) {
    const contract = contractOf(title as (typeof appIds)[number]);
    const has = (start: string) => panels.some((panel) => panel.title.startsWith(start));
    expect(has("Outbox")).toBe(contract.publishes.length > 0);
    expect(has("From change to effect")).toBe(subscriptionsOf(contract).length > 0);
  }
});

test("each topic has a row that says who publishes and who consumes it", () => {
  const titles = rowsOf("topics").map(({ title }) => title);
  expect(titles.map((title) => title.split(":")[0])).toEqual(Object.keys(topics));
  expect(titles[0]).toBe(
    "task-events: task created, updated, completed, deleted (backend → audit, recurring)",
  );
});

test("a new service and a new topic appear by themselves, and go again", () => {
  const before = JSON.stringify(dashboards(args));
  withContracts({ publishes: "new-topic", subscribes: "task-events" }, () => {
    expect(rowsOf("services").at(-1)?.title).toBe("newcomer");
    expect(rowsOf("topics").at(-1)?.title).toBe("new-topic: something new (newcomer → nobody)");
    expect(rowsOf("topics")[0]?.title).toContain("→ audit, recurring, newcomer");
    expect(JSON.stringify(rowsOf("overview"))).toContain("task-events\\\\\\\\.newcomer");
  });
  expect(JSON.stringify(dashboards(args))).toBe(before);
});

test("what is not there is not shown", () => {
  const titles = rowsOf("data", dashboards({ ...args, postgres: false, redis: false }));
  expect(titles.map(({ title }) => title)).toEqual(["Volumes"]);
});

test("Grafana finds a dashboard by its label, and its file is the model", () => {
  const [dashboard] = dashboards(args);
  if (!dashboard) throw new Error("there is no dashboard");
  const { metadata, data } = dashboardConfigMap(dashboard, "todo");
  expect(metadata.labels).toMatchObject({ grafana_dashboard: "1" });
  expect(metadata).not.toHaveProperty("name");
  expect(JSON.parse(data["todo-overview.json"] ?? "")).toEqual(
    JSON.parse(JSON.stringify(grafanaModel(dashboard, "todo"))),
  );
});
