import { hashOf } from "./hash.ts";
import type { ReadyOptions } from "./ready.ts";
import type { StopOptions } from "./stop.ts";

/** The inputs of a `Process` as the provider gets them; documented at `ProcessArgs`. */
export interface ProcessInputs {
  readonly name: string;
  readonly stackFolder: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly source?: Readonly<Record<string, string>>;
  readonly data?: DataInputs;
  readonly ports?: Readonly<Record<string, number>>;
  readonly ready?: ReadyOptions;
  readonly nice?: number;
  readonly stop?: StopOptions;
  readonly reads?: Readonly<Record<string, string>>;
  /** Set by `check`: counts restarts that no input asked for, with the reason. */
  readonly incarnation?: string;
}

/** A folder of data and the command that fills it. */
export interface DataInputs {
  readonly folder: string;
  readonly init?: readonly string[];
}

/** Tells whether a running process was started with these inputs. */
export function specHashOf({ incarnation: _, ...spec }: ProcessInputs): string {
  return hashOf(spec);
}

/** Tells whether data was made by the same commands with the same settings. */
export function dataHashOf({ data, env, files }: ProcessInputs): string {
  return hashOf({ data, env, files });
}

/** The next incarnation: "2 (pid 4711 is gone)" after "1". */
export function nextIncarnation(before: string | undefined, reason: string): string {
  return `${(Number.parseInt(before ?? "1", 10) || 1) + 1} (${reason})`;
}
