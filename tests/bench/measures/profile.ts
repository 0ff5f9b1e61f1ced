import { setTimeout as sleep } from "node:timers/promises";
import { appIds } from "#apps/contracts/services.ts";
import { processOf } from "../../faults/fault.ts";
import { distributionOf } from "../distribution.ts";
import { profileOf } from "../inspector.ts";
import { runLoad } from "../k6.ts";
import { processorTimes } from "../processor-time.ts";
import type { Figure, Measurement } from "../report.ts";
import { sharesOf } from "../shares.ts";
import type { Bench } from "./bench.ts";
import { accounts } from "./load.ts";

const lookMs = 4_000;
/** Opening and closing, and the time until the load is there. */
const besidesMs = 2_000;
const leastShare = 0.03;

/**
 * How much of a processor each service takes, and what for, while as much is created as the system
 * bears.
 */
export async function profile({ system, signal }: Bench): Promise<Measurement[]> {
  const { tokens } = await system.accounts(accounts);
  const seconds = Math.ceil(((appIds.length + 1) * (lookMs + besidesMs)) / 1_000);
  const load = runLoad({ baseUrl: system.stack.baseUrl, tokens, seconds, signal });
  const look = async (): Promise<Measurement[]> => {
    await sleep(besidesMs, undefined, { signal });
    const figures: Measurement[] = [];
    for (const appId of appIds) figures.push(await lookAt(system.stack, appId));
    return figures;
  };
  const [figures] = await Promise.all([look(), load]);
  return figures;
}

async function lookAt(stack: Bench["system"]["stack"], appId: string): Promise<Figure> {
  const used = () => processorTimes(stack.stackFolder).get(appId) ?? 0;
  const [since, before] = [performance.now(), used()];
  const shares = sharesOf(await profileOf(processOf(stack, appId).pid, lookMs));
  const busy = (used() - before) / (performance.now() - since);
  const most = shares.filter(({ share }) => share >= leastShare);
  const rest = shares.slice(most.length).reduce((sum, { share }) => sum + share, 0);
  const told = [...most, { what: "others", share: rest }];
  return {
    name: `profile: ${appId} busy`,
    unit: "%",
    values: distributionOf([busy * 100]),
    note: told.map(({ what, share }) => `${what} ${Math.round(share * 100)} %`).join(", "),
  };
}
