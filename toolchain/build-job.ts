import type { Pinned } from "./pinned.ts";
import type { Setting } from "./probe.ts";

/** What a builder is given. It fills `entry`; all it leaves in `scratch` is thrown away. */
export type BuildJob = {
  readonly name: string;
  readonly pinned: Pinned;
  readonly entry: string;
  readonly scratch: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  readonly setting: Setting;
};
