import { afterAll, beforeAll, expect, test } from "vitest";
import { takeIn } from "#commands/recover/take-in.ts";
import { clouds } from "../../clouds/stacks.ts";
import type { Stack } from "../../kubernetes/stack.ts";
import { readSetting } from "../setting.ts";
import { openClouds } from "./clouds.ts";
import type { Served } from "./in-process.ts";

const { api, cloud, openCloudStack, run, serve } = openClouds("killed");

/** What the cluster is in each cloud, and how a second one of its name is refused. */
const all: Readonly<Record<string, { readonly type: string; readonly refusal: RegExp }>> = {
  aks: {
    type: "azure-native:containerservice:ManagedCluster",
    refusal: /ManagedCluster todo: .* already exists/,
  },
  gke: { type: "gcp:container/cluster:Cluster", refusal: /Cluster todo: .* already exists/ },
  oke: {
    type: "oci:ContainerEngine/cluster:Cluster",
    refusal: /A cluster todo is there already.*--made "Cluster todo=ocid1\.cluster\./s,
  },
};
const kinds = readSetting().isShort ? ["oke"] : Object.keys(all);

let stack: Stack | undefined;
let served: Served | undefined;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => {
  stack?.forget();
  served?.stop();
});

test.each(kinds)(
  "on %s an engine that was killed while its cluster was made is gone on with, and none is made twice",
  async (kind) => {
    const { type: slow, refusal } = all[kind] as (typeof all)[string];
    const open = (slowly?: string): Promise<Stack> =>
      openCloudStack(
        `killed-${kind}`,
        { target: "cluster", cluster: clouds[kind]?.cluster, keepData: "false" },
        slowly,
      );
    const standing = () => cloud.all().filter(({ type }) => type === slow);
    stack = await open(slow);
    // The cluster is there, and nobody was told of it.
    const isTime = () => standing().length > 0;
    const killed = stack.interrupted("SIGKILL", isTime, ["up", "--yes", "--skip-preview"]);
    await expect(killed).rejects.toThrow();

    stack = await open();
    await expect(run(stack, "up")).rejects.toThrow(/locked by 1 lock/);
    await stack.unlock();
    const before = cloud.all().map(({ id }) => id);
    // Who goes on as if nothing had been is told of the one that is there.
    await expect(run(stack, "up")).rejects.toThrow(refusal);
    const [made, second] = standing();
    if (!made || second) throw new Error(`${standing().length} clusters, not one`);

    const engine = {
      state: () => (stack as Stack).state("encrypted"),
      replaceState: (text: string) => (stack as Stack).replaceState(text),
      refresh: (args: readonly string[]) => (stack as Stack).pulumi("refresh", ...args),
    };
    const name = `${slow.split(":").at(-1)} todo`;
    await expect(takeIn(engine, api)).rejects.toThrow(`--made "${name}=<id>"`);
    await takeIn(engine, api, { told: { made: new Map([[name, made.id]]), notMade: new Set() } });
    const deeds = await run(stack, "up");
    expect(deeds.filter((deed) => !deed.startsWith("create "))).toEqual([]);
    expect(deeds).not.toContain(`create ${name}`);
    expect(cloud.all().map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    expect(standing()).toHaveLength(1);
    await stack.pulumi("preview", "--expect-no-changes");
    await run(stack, "destroy");
    expect(cloud.all()).toEqual([]);
  },
);
