import { afterAll, expect, test } from "vitest";
import { takeIn } from "#commands/recover/take-in.ts";
import { clouds } from "../../clouds/stacks.ts";
import type { Stack } from "../../kubernetes/stack.ts";
import { openClouds } from "./clouds.ts";

const { api, cloud, openCloudStack, run } = openClouds("killed");
const slow = "azure-native:containerservice:ManagedCluster";
const open = (slowly?: string): Promise<Stack> =>
  openCloudStack(
    "killed",
    { target: "cluster", cluster: clouds.aks?.cluster, keepData: "false" },
    slowly,
  );
const standing = (type: string) => cloud.all().filter((one) => one.type === type);

let stack: Stack | undefined;
afterAll(() => stack?.forget());

test("an engine that was killed while a cloud made something is gone on with, and nothing is made twice", async () => {
  stack = await open(slow);
  // The cluster is there, and nobody was told of it.
  const isTime = () => standing(slow).length > 0;
  const killed = stack.interrupted("SIGKILL", isTime, ["up", "--yes", "--skip-preview"]);
  await expect(killed).rejects.toThrow();

  stack = await open();
  await expect(run(stack, "up")).rejects.toThrow(/locked by 1 lock/);
  await stack.unlock();
  const before = cloud.all().map(({ id }) => id);

  const engine = {
    state: () => (stack as Stack).state("encrypted"),
    replaceState: (text: string) => (stack as Stack).replaceState(text),
    refresh: (args: readonly string[]) => (stack as Stack).pulumi("refresh", ...args),
  };
  // What was in the making is asked for by name: a run that knew nothing would make another one.
  const [made] = standing(slow);
  if (!made) throw new Error("the cluster is gone");
  await expect(takeIn(engine, api)).rejects.toThrow('--made "ManagedCluster todo=<id>"');
  await takeIn(engine, api, {
    told: { made: new Map([["ManagedCluster todo", made.id]]), notMade: new Set() },
  });
  const deeds = await run(stack, "up");
  expect(deeds.filter((deed) => !deed.startsWith("create "))).toEqual([]);
  expect(deeds).not.toContain("create ManagedCluster todo");
  expect(cloud.all().map(({ id }) => id)).toEqual(expect.arrayContaining(before));
  expect(standing(slow)).toHaveLength(1);
  await stack.pulumi("preview", "--expect-no-changes");
  await run(stack, "destroy");
  expect(cloud.all()).toEqual([]);
});
