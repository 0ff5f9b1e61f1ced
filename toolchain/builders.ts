import type { BuildJob } from "./build-job.ts";
import { buildGo, checkGo } from "./go.ts";
import { buildMaven, checkMaven } from "./maven.ts";
import { buildNpm, checkNpm } from "./npm.ts";
import type { Recipe } from "./pinned.ts";
import type { Setting } from "./probe.ts";

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
