import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./kubernetes/cluster.ts";
import { actAsOperators } from "./operators.ts";
import { actAsNodes, addNode } from "./pods.ts";

const everyMs = 250;

/**
 * What a control plane without nodes lacks: pods get ready, Jobs end, and operators say of custom
 * resources that they are done. Only as much of it as a program that waits can see.
 */
export function startWorld(cluster: Cluster): { readonly stop: () => Promise<void> } {
  let isOver = false;
  const turning = (async () => {
    await addNode(cluster);
    while (!isOver) {
      // An object that changed or went in between is looked at again the next time.
      await actAsNodes(cluster).catch(() => {});
      await actAsOperators(cluster).catch(() => {});
      await sleep(everyMs);
    }
  })();
  return {
    stop: () => {
      isOver = true;
      return turning;
    },
  };
}
