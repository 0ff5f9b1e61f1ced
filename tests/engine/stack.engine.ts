import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { openApi } from "#commands/doctor/cluster-api.ts";
import { takeIn } from "#commands/recover/take-in.ts";
import { added, allObjects } from "../kubernetes/leftovers.ts";
import { openStack, type Stack } from "../kubernetes/stack.ts";
import { writeCharts } from "./charts.ts";
import { openCluster } from "./kubernetes/cluster.ts";
import { type Deed, deedsOf, expectBefore, readLog, tell } from "./order.ts";
import { refuse } from "./refusal.ts";
import { readSetting } from "./setting.ts";

const { kubeconfig, provider, folder } = readSetting();
const api = openApi(readFileSync(kubeconfig, "utf8"), undefined);
const cluster = openCluster({ kubeconfig });
const ownNamespace = "todo";
const sharedNamespace = "todo-pull-request";

/** The stack `dev` with everything it can have, from charts of which only definitions are real. */
const configuration = (namespace: string, mode: "own" | "shared", logLevel = "info") => ({
  target: "kubernetes",
  size: "dev",
  namespace,
  logLevel,
  cluster: { kind: "existing", kubeconfig },
  images: { from: "registry", registry: "registry.example.com/todo", tag: "engine" },
  platform: { mode, charts: writeCharts(join(folder, "charts")) },
  kafka: { engine: "strimzi" },
  mail: { host: "smtp.example.com", from: "todo@example.com" },
  // Its chart's definitions are many, and its objects are judged by tests/manifests.
  observability: { prometheus: "none" },
});

const open = (name: string, config: object): Promise<Stack> =>
  openStack({
    name,
    config: config as Record<string, unknown>,
    providerFolder: provider.folder,
    folder: join(folder, "stacks"),
    quiet: true,
  });

let runs = 0;
/** Runs the engine on a stack; what it did, whether it ended well or not. */
async function run(stack: Stack, command: string, ...args: string[]) {
  const log = join(folder, `run-${++runs}.json`);
  const ended = await stack
    .pulumi(command, "--yes", "--skip-preview", "--event-log", log, ...args)
    .then((output) => ({ output, failure: undefined }))
    .catch((failure: Error) => ({ output: "", failure }));
  return { ...ended, deeds: deedsOf(readLog(log)) };
}

/** As a run that must end well. */
async function well(stack: Stack, command: string, ...args: string[]): Promise<Deed[]> {
  const { failure, deeds } = await run(stack, command, ...args);
  if (failure) throw failure;
  return deeds;
}

const made = (deeds: readonly Deed[]): string[] =>
  deeds.filter(({ op }) => op === "create").map(({ urn }) => urn);

/** The services that have a scaler: those who consume at least. */
function scaled(deeds: readonly Deed[]): string[] {
  const found = appIds.filter((appId) =>
    deeds.some(({ urn }) => urn.endsWith(`:ScaledObject::${appId}`)),
  );
  expect(found).toEqual(expect.arrayContaining(["audit", "recurring"]));
  return found;
}

describe(`the whole stack with the ${provider.kind} provider`, () => {
  let own: Stack;
  let shared: Stack;
  let before: Set<string>;
  /** Of all runs that brought the stack up: what was made, in order. */
  let creation: Deed[] = [];

  beforeAll(async () => {
    before = await allObjects(api);
    own = await open("engine-own", configuration(ownNamespace, "own"));
    shared = await open("engine-shared", configuration(sharedNamespace, "shared"));
  });

  afterAll(async () => {
    for (const stack of [shared, own]) {
      if (!stack) continue;
      await stack.pulumi("destroy", "--yes", "--skip-preview");
      stack.forget();
    }
  });

  test("a preview passes on a cluster that knows none of its kinds, and touches nothing", async () => {
    expect(await api.get("/apis/kafka.strimzi.io/v1/kafkas")).toBeUndefined();
    const output = await own.pulumi("preview");
    for (const kind of ["Kafka", "KafkaTopic", "Cluster", "Component", "ScaledObject", "Gateway"]) {
      expect(output).toMatch(new RegExp(`:${kind} .* create`));
    }
    expect(added(before, await allObjects(api))).toEqual([]);
  });

  test("what the cluster refuses in the middle is named with the reason, and nothing after it is made", async () => {
    const takeBack = await refuse(cluster, { kind: "KafkaUser", named: "audit" });
    const { failure, deeds } = await run(own, "up");
    await takeBack();
    expect(failure?.message).toMatch(/audit[\s\S]*no user of this name, says a test/);
    const objects = added(before, await allObjects(api));
    expect(objects).toContain(`Kafka ${ownNamespace}/todo`);
    expect(objects).not.toContain(`KafkaUser ${ownNamespace}/audit`);
    expect(objects).not.toContain(`Deployment ${ownNamespace}/audit`);
    creation = deeds;
  });

  test("the next run goes on from there and makes nothing twice", async () => {
    const first = new Set(made(creation));
    const deeds = await well(own, "up");
    expect(made(deeds).filter((urn) => first.has(urn))).toEqual([]);
    expect(deeds.map(({ op }) => op)).not.toContain("delete");
    const last = Math.max(...creation.map(({ done }) => done)) + 1;
    creation = [
      ...creation,
      ...deeds.map((deed) => ({ ...deed, begun: deed.begun + last, done: deed.done + last })),
    ];
    const objects = added(before, await allObjects(api));
    for (const appId of appIds) expect(objects).toContain(`Deployment ${ownNamespace}/${appId}`);
  });

  test("everything is made after what it needs", () => {
    for (const operator of ["strimzi", "cnpg", "keda"]) {
      const ready = `Job::${operator}${operator === "keda" ? "" : "-system"}-ready`;
      expectBefore(creation, `Namespace::${operator}`, ready);
    }
    expectBefore(creation, "Job::dapr-system-ready", ":Component::");
    // A pod that started before would have no sidecar.
    expectBefore(creation, "Job::dapr-system-ready", "kubernetes:apps/v1:Deployment::zipkin");
    expectBefore(creation, `Namespace::${ownNamespace}`, ":Kafka::");
    expectBefore(creation, "Job::strimzi-system-ready", ":Kafka::");
    expectBefore(creation, ":Kafka::", ":KafkaTopic::");
    expectBefore(creation, ":Kafka::", ":KafkaUser::");
    expectBefore(creation, "Job::cnpg-system-ready", "postgresql.cnpg.io/v1:Cluster::");
    expectBefore(creation, "postgresql.cnpg.io/v1:Cluster::", "kubernetes:batch/v1:Job::");
    for (const appId of appIds) {
      const deployment = `kubernetes:apps/v1:Deployment::${appId}`;
      if (contractOf(appId).database) {
        expectBefore(creation, `kubernetes:batch/v1:Job::${appId}`, deployment);
      }
      expectBefore(creation, `:KafkaUser::`, deployment);
      expectBefore(creation, ":KafkaTopic::", deployment);
    }
    for (const appId of scaled(creation)) {
      expectBefore(creation, `Deployment::${appId}`, `:ScaledObject::${appId}`);
    }
  });

  test("what is up has nothing to change", async () => {
    await own.pulumi("preview", "--expect-no-changes");
    expect((await well(own, "up")).map(tell)).toEqual([]);
  });

  test("one change is shown before it is made, and touches what it must", async () => {
    const changed = await open("engine-own", configuration(ownNamespace, "own", "debug"));
    const shown = await changed.pulumi("preview", "--diff");
    expect(shown).toMatch(/value: +"info" => "debug"/);
    const deeds = (await well(changed, "up")).map(tell).sort();
    expect(deeds).toEqual(appIds.map((appId) => `update Deployment ${appId}`).sort());
  });

  test("a run that was interrupted, or killed, is gone on with, and nothing is made twice", async () => {
    const stopped = async (
      signal: NodeJS.Signals,
      isTime: (log: string) => boolean | Promise<boolean>,
    ): Promise<string[]> => {
      const log = join(folder, `stopped-${++runs}.json`);
      const running = shared.interrupted(signal, () => isTime(log), [
        "up",
        "--yes",
        "--skip-preview",
        "--event-log",
        log,
      ]);
      await expect(running).rejects.toThrow();
      return made(deedsOf(readLog(log)));
    };
    const hasMade = (count: number) => (log: string) => made(deedsOf(readLog(log))).length >= count;
    // Redis is there and waited for, so that its end is not written down.
    const redis = `/apis/apps/v1/namespaces/${sharedNamespace}/statefulsets/redis`;
    const isWaiting = async () => (await api.get(redis)) !== undefined;

    const engine = {
      state: () => shared.state("encrypted"),
      replaceState: shared.replaceState,
      refresh: (args: readonly string[]) => shared.pulumi("refresh", ...args),
    };
    const first = await stopped("SIGINT", hasMade(20));
    for (const isTime of [hasMade(20), isWaiting]) {
      const killed = await stopped("SIGKILL", isTime);
      expect(killed.filter((urn) => first.includes(urn))).toEqual([]);
      // The engine could not take its lock back, and says so.
      const { failure } = await run(shared, "up");
      expect(failure?.message).toMatch(/locked by 1 lock.*`pulumi cancel`/);
      await shared.unlock();
      // What `npm run recover` does.
      await takeIn(engine, api);
    }
    const deeds = await well(shared, "up");
    expect(made(deeds).filter((urn) => first.includes(urn))).toEqual([]);
    expect(deeds.map(({ op }) => op)).not.toContain("delete");
    await shared.pulumi("preview", "--expect-no-changes");
  });

  test("a shared stack brings no operator, and is destroyed without touching its neighbour", async () => {
    const neighbours = await identities(before, ownNamespace);
    const objects = added(before, await allObjects(api));
    expect(objects).toContain(`Kafka ${sharedNamespace}/todo`);
    await well(shared, "destroy");
    expect(await identities(before, ownNamespace)).toEqual(neighbours);
    expect(
      added(before, await allObjects(api)).filter((name) => name.includes(sharedNamespace)),
    ).toEqual([]);
    await own.pulumi("preview", "--expect-no-changes", "--refresh");
  });

  test("destroy goes from the leaves to the root, and nothing is left", async () => {
    const deeds = await well(own, "destroy");
    for (const appId of appIds) {
      const deployment = `kubernetes:apps/v1:Deployment::${appId}`;
      expectBefore(deeds, deployment, ":KafkaTopic::");
      expectBefore(deeds, deployment, "postgresql.cnpg.io/v1:Cluster::");
      expectBefore(deeds, deployment, ":Component::");
    }
    for (const appId of scaled(deeds)) {
      expectBefore(deeds, `:ScaledObject::${appId}`, `apps/v1:Deployment::${appId}`);
    }
    expectBefore(deeds, ":KafkaTopic::", ":Kafka::");
    expectBefore(deeds, ":KafkaUser::", ":Kafka::");
    // Who holds an object back must be there to let go of it.
    expectBefore(deeds, ":Kafka::", "Deployment::strimzi:");
    expectBefore(deeds, ":ScaledObject::", "Deployment::keda:");
    expectBefore(deeds, "postgresql.cnpg.io/v1:Cluster::", "Deployment::cloudnative-pg:");
    expectBefore(deeds, ":Component::", "Deployment::dapr:");
    expectBefore(deeds, ":Kafka::", `Namespace::${ownNamespace}`);
    expect(added(before, await allObjects(api))).toEqual([]);
  });
});

/** What is in a namespace, with what tells whether it was made anew or changed. */
async function identities(before: ReadonlySet<string>, namespace: string): Promise<string[]> {
  const names = added(before, await allObjects(api));
  const inside = names.filter((name) => name.includes(` ${namespace}/`));
  expect(inside.length).toBeGreaterThan(50);
  const { items } = await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`);
  const deployments = (items as { metadata: { uid: string; generation: number } }[]).map(
    ({ metadata: { uid, generation } }) => `${uid} ${generation}`,
  );
  return [...inside, ...deployments];
}
