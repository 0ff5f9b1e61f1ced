import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import { Refusal } from "#commands/run.ts";
import { adopt, refreshOf } from "./adopt.ts";
import {
  type Found,
  lookFor,
  nameOf,
  pendingCreatesIn,
  type Told,
  toldNothing,
} from "./pending.ts";

/** What is asked of the engine, always about one stack. */
export type Engine = {
  readonly state: () => Promise<string>;
  readonly replaceState: (text: string) => Promise<unknown>;
  readonly refresh: (args: readonly string[]) => Promise<unknown>;
};

export type TakeInOptions = {
  /** What the operator found of what is in a cloud. */
  readonly told?: Told;
  /** Called before anything is changed. */
  readonly tell?: (found: Found) => void;
};

/**
 * Takes what a killed engine had made into the state, and forgets what it had only begun. Resolves
 * to whether there was anything to settle.
 * @throws Refusal, and changes nothing, where it is not told what became of something in a cloud, or
 *   is told of something that was not being made
 */
export async function takeIn(
  engine: Engine,
  api: Pick<ClusterApi, "get">,
  { told = toldNothing, tell = () => {} }: TakeInOptions = {},
): Promise<boolean> {
  const state = await engine.state();
  const pending = pendingCreatesIn(state);
  const names = pending.map(({ urn }) => nameOf(urn));
  const strange = [...told.made.keys(), ...told.notMade].find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw new Refusal(`"${strange}" was not being made: ${names.join(", ") || "nothing was"}`);
  }
  if (pending.length === 0) return false;
  const found = await lookFor(pending, api, told);
  tell(found);
  if (found.unknown.length > 0) throw new Refusal(askFor(found.unknown.map(nameOf)));
  await engine.replaceState(adopt(state, found));
  if (found.made.length > 0) await engine.refresh(refreshOf(found));
  return true;
}

const askFor = (names: readonly string[]): string =>
  [
    "The engine was killed while the cloud was making these, and nobody here can ask the cloud.",
    "Look there for each, and say so with its id, or that there is none; nothing is changed until then:",
    ...names.map((name) => `  --made "${name}=<id>"   or   --not-made "${name}"`),
  ].join("\n");
