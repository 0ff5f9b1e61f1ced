import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appIds } from "#apps/contracts/services.ts";
import { canary } from "../../clouds/canary.ts";
import { type CloudChoice, factors, settingOf } from "../../clouds/stacks.ts";
import { added, allObjects } from "../../kubernetes/leftovers.ts";
import type { Stack } from "../../kubernetes/stack.ts";
import { pairwise } from "../../manifests/pairwise.ts";
import { readSetting } from "../setting.ts";
import type { Standing } from "./cloud.ts";
import { openClouds } from "./clouds.ts";

const { api, cloud, openCloudStack, run } = openClouds("lives");
const { isShort } = readSetting();

const open = (
  choice: CloudChoice,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Stack> => openCloudStack(`cloud-${choice.cluster}`, settingOf(choice, changes));

const rows = pairwise(factors) as CloudChoice[];
/** What each cloud runs, all of it, lives a whole life; the other choices are previewed. */
const full = factors.cluster.map((cluster) => ({ cluster, kafka: "managed", data: "managed" }));
const lives = isShort ? full.slice(-1) : full;
const textOf = (choice: CloudChoice): string => JSON.stringify(choice);
const others = [...new Set([...rows, ...full].map(textOf))]
  .filter((one) => !lives.map(textOf).includes(one))
  .map((one) => JSON.parse(one) as CloudChoice);

test.each(others)(
  "a preview of a prod stack on $cluster with Kafka $kafka and data $data passes",
  async (choice) => {
    const stack = await open(choice);
    const before = await allObjects(api);
    expect(await stack.pulumi("preview")).toMatch(/\+ \d+ to create/);
    expect(cloud.all()).toEqual([]);
    expect(added(before, await allObjects(api))).toEqual([]);
    stack.forget();
  },
);

describe.each(lives)("a prod stack on $cluster with Kafka $kafka and data $data", (choice) => {
  let stack: Stack;
  let before: Set<string>;
  let made: readonly Standing[];

  beforeAll(async () => {
    before = await allObjects(api);
    stack = await open(choice);
  });
  afterAll(() => stack?.forget());

  test("a preview makes nothing", async () => {
    expect(await stack.pulumi("preview")).toMatch(/\+ \d+ to create/);
    expect(cloud.all()).toEqual([]);
    expect(added(before, await allObjects(api))).toEqual([]);
  });

  test("comes up, and has nothing more to change", async () => {
    const deeds = await run(stack, "up");
    made = cloud.all();
    expect(deeds.filter((deed) => !deed.startsWith("create "))).toEqual([]);
    expect(made.length).toBeGreaterThan(30);
    const objects = added(before, await allObjects(api));
    for (const appId of appIds) expect(objects).toContain(`Deployment todo/${appId}`);
    await stack.pulumi("preview", "--expect-no-changes");
  });

  test("no secret of the cloud is in the state in clear", async () => {
    expect(JSON.stringify(made)).toContain(canary);
    expect(await stack.state("in clear")).toContain(canary);
    expect(await stack.state("encrypted")).not.toContain(canary);
  });

  test("one change touches what it must, and nothing of the cloud", async () => {
    const changed = await open(choice, { logLevel: "debug" });
    const deeds = await run(changed, "up");
    expect(deeds.sort()).toEqual(appIds.map((appId) => `update Deployment ${appId}`).sort());
    expect(cloud.all()).toEqual(made);
  });

  test("is not destroyed but for what keeps no data, until it is told to keep nothing", async () => {
    const kept = await keptIn(stack);
    expect(kept.length).toBeGreaterThan(0);
    await expect(stack.pulumi("destroy", "--yes", "--skip-preview")).rejects.toThrow(/protect/);
    expect(cloud.all().map(({ id }) => id)).toEqual(expect.arrayContaining(kept));
  });

  test("is destroyed then, and nothing is left", async () => {
    const free = await open(choice, { logLevel: "debug", keepData: "false" });
    await run(free, "up");
    await run(free, "destroy");
    expect(cloud.all().map(({ id }) => id)).toEqual([]);
    expect(added(before, await allObjects(api))).toEqual([]);
  });
});

type Exported = {
  readonly deployment: {
    readonly resources: readonly { readonly id?: string; readonly protect?: boolean }[];
  };
};

/** The ids of all in the cloud that the engine is not to delete. */
async function keptIn(stack: Stack): Promise<string[]> {
  const { deployment } = JSON.parse(await stack.state("encrypted")) as Exported;
  const standing = new Set(cloud.all().map(({ id }) => id));
  return deployment.resources.flatMap(({ id, protect }) =>
    protect && id !== undefined && standing.has(id) ? [id] : [],
  );
}
