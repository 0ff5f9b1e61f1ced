import { removeFiles } from "./files.ts";
import { sizeOf } from "./log-file.ts";
import { markerOf } from "./proc.ts";
import { withLog } from "./process-start.ts";
import { type Context, HalfMade, type ResourceType } from "./resource.ts";
import { runToEnd } from "./spawn.ts";
import { placesOf, removeEmptyFolders } from "./stack-folder.ts";
import { stopMarked } from "./stop.ts";

/** Inputs of a `Job`, documented at `JobArgs`. */
export interface JobInputs {
  readonly name: string;
  readonly stackFolder: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly inherit?: readonly string[];
  readonly cwd: string;
  readonly user?: string;
  readonly triggers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A command that is run to its end, and again when anything about it changes. */
export const jobType: ResourceType<JobInputs> = {
  outputs: [],
  replaceOn: ["name", "stackFolder"],

  async create(inputs, context) {
    await run(inputs, context);
    return { id: inputs.name, outputs: {} };
  },

  async update(_old, inputs, context) {
    await run(inputs, context);
    return {};
  },

  async delete({ inputs }) {
    const { log } = placesOf(inputs.stackFolder, inputs.name);
    await stopMarked(markerOf(inputs.stackFolder, inputs.name));
    removeFiles([log, `${log}.1`]);
    removeEmptyFolders([log], inputs.stackFolder);
  },
};

async function run(inputs: JobInputs, { signal, report }: Context): Promise<void> {
  const { log } = placesOf(inputs.stackFolder, inputs.name);
  const logSize = sizeOf(log);
  report("status", "runs");
  try {
    await runToEnd(
      {
        command: inputs.command,
        env: { ...inherited(inputs.inherit), ...inputs.env },
        cwd: inputs.cwd,
        user: inputs.user,
        logFile: log,
        headline: `${inputs.name} runs`,
        marker: markerOf(inputs.stackFolder, inputs.name),
      },
      inputs.timeoutMs ?? 120_000,
      signal,
    );
  } catch (error) {
    throw new HalfMade(inputs.name, withLog(inputs.name, error, log, logSize));
  }
}

/** What the engine's own process was given of these variables; `AZURE_*` is all that begin so. */
const inherited = (names: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && names.some((wanted) => isMeant(name, wanted)) ? [[name, value]] : [],
    ),
  );

const isMeant = (name: string, wanted: string): boolean =>
  wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
