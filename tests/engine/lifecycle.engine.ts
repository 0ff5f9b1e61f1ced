import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApi } from "#commands/doctor/cluster-api.ts";
import { added, allObjects } from "../kubernetes/leftovers.ts";
import { openInlineStack } from "./inline-stack.ts";
import { openCluster } from "./kubernetes/cluster.ts";
import { createLog, expectBefore, type Log } from "./order.ts";
import { readSetting } from "./setting.ts";
import { group, operatorNamespace, smallProgram } from "./small-program.ts";

const { kubeconfig, provider, folder } = readSetting();
const api = openApi(readFileSync(kubeconfig, "utf8"), undefined);
const cluster = openCluster({ kubeconfig });
const namespace = "example";
const canary = "canary-of-the-small-program";
const choices = { greeting: "hello", jobFails: false };
const home = join(folder, "lifecycle");
const logs: Log[] = [];

describe(`a small program with the ${provider.kind} provider`, () => {
  let stack: Stack;
  let before: Set<string>;
  let onRun = async () => {};

  beforeAll(async () => {
    before = await allObjects(api);
    const program = smallProgram({ kubeconfig, namespace, canary, choices, onRun: () => onRun() });
    stack = await openInlineStack({ folder: home, name: "small", provider, program });
  });

  afterAll(() => stack?.destroy());

  const preview = async (opts: { diff?: boolean; expectNoChanges?: boolean } = {}) => {
    const log = newLog();
    const { stdout } = await stack.preview({ ...opts, onEvent: log.onEvent });
    return { told: log.told(), stdout };
  };
  const up = async () => {
    const log = newLog();
    await stack.up({ onEvent: log.onEvent });
    return log;
  };

  test("a preview passes on an API server that knows none of its kinds, and touches nothing", async () => {
    expect(await api.get("/apis/example.todo-evolution/v1/widgets")).toBeUndefined();
    const { told } = await preview();
    expect(told).toHaveLength(10);
    expect(told.every((one) => one.startsWith("create "))).toBe(true);
    expect(added(before, await allObjects(api))).toEqual([]);
  });

  test("a failure in the middle says what failed and why, and leaves out what comes after", async () => {
    choices.jobFails = true;
    const log = newLog();
    const running = stack.up({ onEvent: log.onEvent });
    await expect(running).rejects.toThrow(/migration[\s\S]*(BackoffLimitExceeded|failed)/);
    const objects = added(before, await allObjects(api));
    expect(objects).toContain("Widget example/widget");
    expect(objects).not.toContain("Deployment example/service");
  });

  test("the next run goes on from there and makes nothing twice", async () => {
    choices.jobFails = false;
    const log = await up();
    expect(log.told().filter((one) => !/migration/.test(one))).toEqual([
      "create Deployment service",
      "create Service service",
    ]);
  });

  test("what is up has nothing to change", async () => {
    expect((await preview({ expectNoChanges: true })).told).toEqual([]);
    expect((await up()).told()).toEqual([]);
  });

  test("a change of one value replaces its ConfigMap and rolls what reads it, with no gap", async () => {
    choices.greeting = "good evening";
    const { told, stdout } = await preview({ diff: true });
    expect(told).toEqual([
      "create-replacement ConfigMap settings",
      "update Deployment service",
      "delete-replaced ConfigMap settings",
    ]);
    expect(stdout).toMatch(/greeting: "hello" => "good evening"/);
    const log = await up();
    expect(log.told()).toEqual(told);
    expect((await preview({ expectNoChanges: true })).told).toEqual([]);
  });

  test("what somebody deleted is seen by a refresh and made again", async () => {
    const service = `/api/v1/namespaces/${namespace}/services/service`;
    await cluster.ask(service, { method: "DELETE" });
    await stack.refresh({ onEvent: newLog().onEvent });
    expect((await up()).told()).toEqual(["create Service service"]);
    expect(await api.get(service)).toBeDefined();
  });

  test("what somebody changed is not overwritten in silence: the run names the field", async () => {
    const widget = `/apis/${group}/v1/namespaces/${namespace}/widgets/widget`;
    const asSomebody = (spec: object) =>
      cluster.ask(`${widget}?fieldManager=somebody&force=true`, {
        method: "PATCH",
        contentType: "application/apply-patch+yaml",
        body: { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "widget" }, spec },
      });
    await asSomebody({ size: 5 });
    await stack.refresh({ onEvent: newLog().onEvent });
    await expect(up()).rejects.toThrow(/conflict with "somebody"[^\n]*\.spec\.size/);
    // Puts it back.
    await asSomebody({ size: 1 });
    await stack.refresh({ onEvent: newLog().onEvent });
    expect((await up()).told()).toEqual([]);
    expect((await preview({ expectNoChanges: true })).told).toEqual([]);
  });

  test("a second run at the same time is refused, and the first is not disturbed", async () => {
    choices.greeting = "good night";
    // Of two that begin together both may give way: the second begins while the first is at it.
    const [began, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onRun = () => {
      onRun = async () => {};
      began.resolve();
      return mayGoOn.promise;
    };
    const first = up();
    await Promise.race([began.promise, first]);
    const second = await stack.up().then(() => "not refused", String);
    mayGoOn.resolve();
    await first;
    expect(second).toMatch(/locked|conflict/i);
    expect((await preview({ expectNoChanges: true })).told).toEqual([]);
  });

  test("no secret is in clear in the state or in what the engine tells", () => {
    const state = join(home, "state", ".pulumi");
    const files = readdirSync(state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(files.some((text) => text.includes("Secret::password"))).toBe(true);
    // What only `--debug` prints shows resources as they are registered, secrets too.
    const told = logs
      .flatMap(({ events }) => events)
      .filter(({ diagnosticEvent }) => (diagnosticEvent?.severity as string) !== "debug")
      .map((event) => JSON.stringify(event));
    expect(told.length).toBeGreaterThan(100);
    for (const text of [...files, ...told]) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain(Buffer.from(canary).toString("base64"));
      expect(text).not.toContain("client-key-data");
    }
  });

  test("destroy goes from the leaves to the root, and nothing is left", async () => {
    const log = newLog();
    await stack.destroy({ onEvent: log.onEvent });
    const deeds = log.deeds();
    expectBefore(deeds, "Service::service", "Deployment::service");
    expectBefore(deeds, "Deployment::service", "Job::migration");
    expectBefore(deeds, "Job::migration", "Widget::widget");
    // Who holds a Widget back must be there to let go of it.
    expectBefore(deeds, "Widget::widget", "Deployment::operator");
    expectBefore(deeds, "Deployment::operator", "CustomResourceDefinition::widgets");
    expectBefore(deeds, "Widget::widget", `Namespace::${namespace}`);
    expectBefore(deeds, "Deployment::operator", `Namespace::${operatorNamespace}`);
    expect(added(before, await allObjects(api))).toEqual([]);
  });

  test("up again on what was destroyed makes everything after what it needs", async () => {
    const deeds = (await up()).deeds();
    expectBefore(deeds, "CustomResourceDefinition::widgets", "Deployment::operator");
    expectBefore(deeds, "Deployment::operator", "Widget::widget");
    expectBefore(deeds, `Namespace::${namespace}`, "Widget::widget");
    expectBefore(deeds, "Secret::password", "Job::migration");
    expectBefore(deeds, "ConfigMap::settings", "Deployment::service");
    await stack.destroy();
    expect(added(before, await allObjects(api))).toEqual([]);
  });
});

function newLog(): Log {
  const log = createLog();
  logs.push(log);
  return log;
}
