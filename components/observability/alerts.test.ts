import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { appIds, contractOf, deadLettersOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { AlertName, AlertsArgs } from "./alerts/alert.ts";
import { runbookAnchor } from "./alerts/alert.ts";
import { alertGroups, prometheusRule } from "./alerts.ts";
import { gained, oneOf, series } from "./promql.ts";
import { allAlerts, fullArgs, promtoolFiles, scenarios } from "./testing/alert-tests.ts";
import { withContracts } from "./testing/contracts.ts";

const bare: AlertsArgs = {
  ...fullArgs,
  size: "dev",
  brokers: undefined,
  certManager: false,
  postgres: false,
  redis: false,
};
const namesOf = (args: AlertsArgs) => new Set(allAlerts(args).map(({ name }) => name));

describe("every alert", () => {
  test.each(allAlerts())("$name $subject is tried firing and silent", (alert) => {
    const states = scenarios[alert.name](alert).map(({ fires }) => fires);
    expect(new Set(states)).toEqual(new Set([true, false]));
  });

  test("is in the largest stack, so that each is tried", () => {
    expect([...namesOf(fullArgs)].sort()).toEqual(Object.keys(scenarios).sort());
  });

  test("has a heading in the runbooks, and there is no other", () => {
    const text = readFileSync(new URL("runbooks.md", import.meta.url), "utf8");
    const anchors = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replaceAll(" ", "-"),
    );
    const wanted = (Object.keys(scenarios) as AlertName[]).map(runbookAnchor);
    expect(anchors.sort()).toEqual(wanted.sort());
  });

  test("says how bad it is, for how long it must last, what to read, and a number", () => {
    for (const { rules } of alertGroups(fullArgs, "https://x.test/runbooks.md")) {
      for (const rule of rules) {
        expect(rule.labels.severity).toMatch(/^(critical|warning)$/);
        expect(rule.for).toMatch(/^\d+m$/);
        expect(rule.annotations.runbook_url).toMatch(/^https:\/\/x\.test\/runbooks\.md#[a-z-]+$/);
        expect(rule.annotations.description).toMatch(/\$value|\d/);
      }
    }
  });

  test("is one of a kind: no two have the same name and subject", () => {
    const keys = allAlerts().map(({ name, subject }) => JSON.stringify([name, subject]));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("asks for one namespace only, so that stacks share a Prometheus", () => {
    for (const { name, expr } of allAlerts()) {
      const selectors = expr.match(/[a-z_]+\{[^}]*\}/g) ?? [];
      expect(selectors.length, name).toBeGreaterThan(0);
      for (const selector of selectors) expect(selector).toMatch(/namespace="(todo|dapr-system)"/);
    }
  });
});

describe("the contracts decide", () => {
  const subjects = (name: AlertName) =>
    allAlerts()
      .filter((alert) => alert.name === name)
      .map(({ subject }) => subject);

  test("each subscription has its lag, each dead-letter topic its letters", () => {
    const subscriptions = appIds.flatMap((consumer) =>
      subscriptionsOf(contractOf(consumer)).map(([topic]) => ({ topic, consumer })),
    );
    expect(subjects("ConsumerLag")).toEqual(subscriptions);
    expect(subjects("DeadLetters")).toHaveLength(appIds.flatMap(deadLettersOf).length);
  });

  test("a service that publishes has an outbox to be watched, another has none", () => {
    const publishers = appIds.filter((appId) => contractOf(appId).publishes.length > 0);
    expect(subjects("OutboxAge")).toEqual(publishers.map((app) => ({ app })));
  });

  test("skew is no question of a topic with one partition", () => {
    const skewed = (size: "dev" | "prod") =>
      withContracts({ publishes: "reminders" }, () =>
        allAlerts({ ...fullArgs, size }).some(
          ({ name, subject }) => name === "PartitionSkew" && subject.topic === "reminders",
        ),
      );
    expect(skewed("prod")).toBe(true);
    expect(skewed("dev")).toBe(false);
  });

  test("a new service and a new topic bring their alerts, and they are tried", () => {
    const lag = (text: string) => text.includes('consumergroup="newcomer"');
    expect(lag(promtoolFiles().get("ConsumerLag.rules.yaml") ?? "")).toBe(false);
    withContracts({ publishes: "new-topic", subscribes: "new-topic" }, () => {
      const files = promtoolFiles();
      expect(lag(files.get("ConsumerLag.rules.yaml")?.replaceAll("\\", "") ?? "")).toBe(true);
      expect(files.get("DeadLetters.tests.yaml")).toContain("new-topic.newcomer.dlq");
      expect(files.get("MessageRateLow.tests.yaml")).toContain("new-topic");
    });
    expect(lag(promtoolFiles().get("ConsumerLag.rules.yaml") ?? "")).toBe(false);
  });
});

test("what is not there is not watched", () => {
  const missing = [...namesOf(fullArgs)].filter((name) => !namesOf(bare).has(name)).sort();
  expect(missing).toEqual([
    "BrokersMissing",
    "CertificateExpiring",
    "CertificateNotReady",
    "PostgresArchiveBehind",
    "PostgresBackupFailed",
    "PostgresDown",
    "PostgresReplicaBehind",
    "RedisDown",
    "RedisMemoryNearlyFull",
  ]);
});

test("the thresholds are those of the specification", () => {
  const expr = (name: AlertName) => allAlerts().find((alert) => alert.name === name)?.expr;
  expect(expr("ConsumerLag")).toMatch(/> 1000$/);
  expect(expr("MessageRateLow")).toMatch(/^sum\(rate\(.*?\[10m\]\)\) < 1 and/);
  expect(expr("ErrorRate")).toContain("> 0.01 and");
  expect(expr("PartitionSkew")).toContain("- 1 > 0.2 and");
});

test("the object is one that Prometheus's operator takes", () => {
  expect(prometheusRule(fullArgs, "https://x.test/r.md")).toMatchObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "todo-alerts", namespace: "todo" },
  });
});

test("selectors quote what they are given", () => {
  expect(series("up", { a: 'x"y', b: { not: "1|2" } }, "5m")).toBe('up{a="x\\"y",b!~"1|2"}[5m]');
  expect(oneOf(["a.b", "c"])).toEqual({ is: "a\\.b|c" });
  expect(gained("up", {}, "5m")).toBe("(sum(up{}) - (sum(up{} offset 5m) or sum(up{}) * 0))");
});
