import { buildGo, checkGo } from "./go.ts";
import { buildMaven, checkMaven } from "./maven.ts";
import { buildNpm, checkNpm } from "./npm.ts";
import type { Setting } from "./probe.ts";
import type { Pinned, Recipe } from "./programs.ts";

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

/** One way to make a program. */
export type Builder = {
  /** What it does, for the progress line. */
  readonly doing: string;
  readonly done: string;
  /** Builds of one lane run one after the other: processors are for one Go build. */
  readonly lane: "processor" | "network";
  /** What is missing on this machine, with the remedy; `undefined` when nothing is. */
  readonly check: (setting: Setting) => string | undefined;
  readonly build: (job: BuildJob) => Promise<void>;
};

/** The builder of each kind of recipe. */
export const builders: Record<Recipe["kind"], Builder> = {
  go: {
    doing: "building",
    done: "built",
    lane: "processor",
    check: checkGo,
    build: (job) => buildGo(job),
  },
  maven: {
    doing: "fetching",
    done: "fetched",
    lane: "network",
    check: checkMaven,
    build: (job) => buildMaven(job),
  },
  npm: {
    doing: "fetching",
    done: "fetched",
    lane: "network",
    check: checkNpm,
    build: (job) => buildNpm(job),
  },
};
