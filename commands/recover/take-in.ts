import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import { adopt, refreshOf } from "./adopt.ts";
import { type Found, lookFor, pendingCreatesIn } from "./pending.ts";

/** What is asked of the engine, always about one stack. */
export type Engine = {
  readonly state: () => Promise<string>;
  readonly replaceState: (text: string) => Promise<unknown>;
  readonly refresh: (args: readonly string[]) => Promise<unknown>;
};

/**
 * Takes what a killed engine had made into the state, and forgets what it had only begun. `tell` is
 * called before anything is changed. Resolves to whether there was anything to settle.
 */
export async function takeIn(
  engine: Engine,
  api: Pick<ClusterApi, "get">,
  tell: (found: Found) => void = () => {},
): Promise<boolean> {
  const state = await engine.state();
  const pending = pendingCreatesIn(state);
  if (pending.length === 0) return false;
  const found = await lookFor(pending, api);
  tell(found);
  await engine.replaceState(adopt(state, found));
  if (found.made.length > 0) await engine.refresh(refreshOf(found));
  return true;
}
