import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appIds } from "#apps/contracts/services.ts";
import { canary } from "../../clouds/canary.ts";
import { type CloudChoice, settingOf } from "../../clouds/stacks.ts";
import { added, allObjects } from "../../kubernetes/leftovers.ts";
import type { Stack } from "../../kubernetes/stack.ts";
import { readSetting } from "../setting.ts";
import type { Standing } from "./cloud.ts";
import { openClouds } from "./clouds.ts";
import type { Served } from "./in-process.ts";
import { full, livesOf, rows } from "./rows.ts";

const { api, cloud, folder, openCloudStack, run, serve } = openClouds("lives");
const lives = livesOf(readSetting().isShort ?? false);
const others = rows.filter((row) => !lives.includes(row));

let served: Served | undefined;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served?.stop());

const open = (
  choice: CloudChoice,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Stack> => openCloudStack(`cloud-${choice.cluster}`, settingOf(choice, changes));

// No registry can be asked for digests here.
const packSettings = join(folder, "policy-pack.json");
writeFileSync(
  packSettings,
  JSON.stringify({ "images-are-pinned": { thirdPartyImages: "version" } }),
);

/** Shows what a first run would make, by the policy pack; makes sure that it made nothing. */
async function previewByThePack(stack: Stack): Promise<void> {
  const before = await allObjects(api);
  const pack = ["--policy-pack", "policy", "--policy-pack-config", packSettings];
  expect(await stack.pulumi("preview", ...pack)).toMatch(/\+ \d+ to create/);
  expect(cloud.all()).toEqual([]);
  expect(added(before, await allObjects(api))).toEqual([]);
}

test.each(others)(
  "a preview of a prod stack on $cluster with Kafka $kafka and data $data passes by the policy pack",
  async (choice) => {
    const stack = await open(choice);
    await previewByThePack(stack);
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

  test("a preview passes by the policy pack, and makes nothing", () => previewByThePack(stack));

  test("comes up, and has nothing more to change", async () => {
    const deeds = await run(stack, "up");
    made = cloud.all();
    expect(deeds.filter((deed) => !deed.startsWith("create "))).toEqual([]);
    expect(made.length).toBeGreaterThan(30);
    const objects = added(before, await allObjects(api));
    for (const appId of appIds) expect(objects).toContain(`Deployment todo/${appId}`);
    await stack.pulumi("preview", "--expect-no-changes");
  });

  test("no secret is in the state in clear", async () => {
    const inClear = await stack.state("in clear");
    expect(inClear).toContain(canary);
    // Where the cloud runs all of it, one that the cloud made up is among them.
    if (full.includes(choice)) expect(inClear).toMatch(new RegExp(`${canary}-(?!mail)`));
    expect(await stack.state("encrypted")).not.toContain(canary);
  });

  test("one change touches what it must, and nothing of the cloud", async () => {
    const changed = await open(choice, { logLevel: "debug" });
    const deeds = await run(changed, "up");
    expect(deeds.sort()).toEqual(appIds.map((appId) => `update Deployment ${appId}`).sort());
    expect(cloud.all()).toEqual(made);
  });

  test.runIf(full.includes(choice))(
    "is not destroyed but for what keeps no data, until it is told to keep nothing",
    async () => {
      const kept = await keptIn(stack);
      expect(kept.length).toBeGreaterThan(0);
      await expect(stack.pulumi("destroy", "--yes", "--skip-preview")).rejects.toThrow(/protect/);
      expect(cloud.all().map(({ id }) => id)).toEqual(expect.arrayContaining(kept));
    },
  );

  test("is destroyed when it is told to keep nothing, and nothing is left", async () => {
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
