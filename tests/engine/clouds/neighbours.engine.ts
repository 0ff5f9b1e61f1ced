import { afterAll, expect, test } from "vitest";
import { appIds } from "#apps/contracts/services.ts";
import { clouds, settingOf } from "../../clouds/stacks.ts";
import { added, allObjects } from "../../kubernetes/leftovers.ts";
import type { Stack } from "../../kubernetes/stack.ts";
import { readSetting } from "../setting.ts";
import { openClouds } from "./clouds.ts";

const { api, cloud, openCloudStack, run } = openClouds("neighbours");

/** A stack of the system on the cluster that another one makes. */
const system = (
  name: string,
  namespace: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<Stack> =>
  openCloudStack(
    name,
    settingOf(
      { cluster: "gke", kafka: "managed", data: "managed" },
      {
        namespace,
        cluster: {
          kind: "stack",
          stack: "organization/todo-evolution/neighbours-cluster",
          cloud: "gcp",
        },
        // Nothing here is worth keeping.
        keepData: "false",
        ...changes,
      },
    ),
  );

const stacks: Stack[] = [];
afterAll(() => {
  for (const stack of stacks) stack.forget();
});

const standing = (): string[] => cloud.all().map(({ id }) => id);

test.skipIf(readSetting().isShort)(
  "two systems on the cluster of a third stack keep their names apart, and go one by one",
  async () => {
    const before = await allObjects(api);
    const home = await openCloudStack("neighbours-cluster", {
      target: "cluster",
      cluster: clouds.gke?.cluster,
      keepData: "false",
    });
    stacks.push(home);
    await run(home, "up");
    const withCluster = standing();

    const one = await system("neighbours-one", "todo", {});
    stacks.push(one);
    await run(one, "up");
    const withOne = standing();
    const other = await system("neighbours-other", "todo-other", {
      platform: { mode: "shared" },
    });
    stacks.push(other);
    // What is taken would be refused by the cloud.
    await run(other, "up");
    expect(standing().length - withOne.length).toBe(withOne.length - withCluster.length);
    const objects = added(before, await allObjects(api));
    for (const appId of appIds) {
      expect(objects).toContain(`Deployment todo/${appId}`);
      expect(objects).toContain(`Deployment todo-other/${appId}`);
    }

    await run(other, "destroy");
    expect(standing().sort()).toEqual(withOne.sort());
    await one.pulumi("preview", "--refresh", "--expect-no-changes");
    await run(one, "destroy");
    expect(standing().sort()).toEqual(withCluster.sort());
    await run(home, "destroy");
    expect(standing()).toEqual([]);
    expect(added(before, await allObjects(api))).toEqual([]);
  },
);
