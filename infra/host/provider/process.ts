import { readDataMark } from "./data-folder.ts";
import { firstDifference, removeFiles } from "./files.ts";
import { describeTakenPort, foreignPorts } from "./ports.ts";
import { bootId, isAlive, readMarker } from "./proc.ts";
import { nextIncarnation, type ProcessInputs, specHashOf } from "./process-inputs.ts";
import {
  outputsOf,
  requireFreePorts,
  runsAsWanted,
  start,
  stopRunning,
  withLog,
} from "./process-start.ts";
import { readRecord } from "./record.ts";
import {
  type Context,
  type Failure,
  HalfMade,
  isUnknown,
  type Known,
  type Outputs,
  type ResourceType,
  unknownOutput,
} from "./resource.ts";
import { ownFolderOf, placesOf, removeEmptyFolders } from "./stack-folder.ts";

/** A process on this machine. */
export const processType: ResourceType<ProcessInputs> = {
  outputs: ["pid", "dataId", "contents", "incarnation"],
  replaceOn: ["name", "stackFolder"],

  /**
   * The engine asks for a difference only when inputs changed. So what happened to the process
   * becomes an input, its incarnation, with the reason for people to read.
   */
  async check(olds, news, context) {
    const failures = findFailures(news);
    if (failures.length > 0) return { inputs: news, failures };
    if (!olds?.incarnation) {
      const conflicts = olds ? [] : await findConflicts(news);
      return { inputs: { ...news, incarnation: "1" }, failures: conflicts };
    }
    const problem = findProblem(olds);
    if (problem) context.report("info", `${olds.name}: ${problem}; it is started again by up`);
    const incarnation = problem ? nextIncarnation(olds.incarnation, problem) : olds.incarnation;
    return { inputs: { ...news, incarnation } };
  },

  predict(old, news) {
    const mark = news.data && !isUnknown(news.data) ? readDataMark(news.data.folder) : undefined;
    const dataId = news.data ? (mark?.dataId ?? unknownOutput) : "";
    const sameReads = Object.keys(news.reads ?? {}).every((key) => key in (old.inputs.reads ?? {}));
    // What a process shows to others survives a restart unless its data is made anew.
    const contents =
      dataId === unknownOutput || !sameReads ? unknownOutput : (old.outputs.contents ?? {});
    return { pid: unknownOutput, dataId, contents, incarnation: news.incarnation };
  },

  async create(inputs, context) {
    return { id: inputs.name, outputs: await bringUp(undefined, inputs, context) };
  },

  update: bringUp,

  async delete({ inputs }) {
    const { record, log } = placesOf(inputs.stackFolder, inputs.name);
    await stopRunning(inputs);
    const paths = [record, log, `${log}.1`, ...Object.keys(inputs.files ?? {})];
    if (inputs.data) paths.push(inputs.data.folder);
    removeFiles(paths);
    removeEmptyFolders(paths, inputs.stackFolder);
  },
};

async function bringUp(
  old: Known<ProcessInputs> | undefined,
  inputs: ProcessInputs,
  context: Context,
): Promise<Outputs> {
  await requireFreePorts(inputs);
  try {
    if (!(await runsAsWanted(inputs, context.signal))) {
      if (old) context.report("status", "stops the old process");
      await stopRunning(old?.inputs ?? inputs);
      await start(old, inputs, context);
    }
    return await readOutputs(inputs);
  } catch (error) {
    throw new HalfMade(inputs.name, error);
  }
}

async function readOutputs(inputs: ProcessInputs): Promise<Outputs> {
  try {
    return outputsOf(inputs);
  } catch (error) {
    await stopRunning(inputs);
    const { log } = placesOf(inputs.stackFolder, inputs.name);
    throw withLog(inputs.name, error, log, 0);
  }
}

/** Why the process is not as it was left, in words; undefined when it is. */
function findProblem(inputs: ProcessInputs): string | undefined {
  const record = readRecord(placesOf(inputs.stackFolder, inputs.name).record);
  if (!record) return "it is not running, or its record was removed";
  if (record.bootId !== bootId()) return "this machine was started again";
  if (!isAlive(record)) return `pid ${record.pid} is gone`;
  if (record.specHash !== specHashOf(inputs)) return "it runs with other settings than recorded";
  if (inputs.data && !readDataMark(inputs.data.folder)) {
    return `its data in ${inputs.data.folder} is gone`;
  }
  return firstDifference(inputs.files ?? {});
}

/** Only what is evidently the stack's may be written and removed. */
function findFailures(inputs: ProcessInputs): Failure[] {
  const failures: Failure[] = [];
  const { stackFolder, name, data } = inputs;
  if (!isUnknown(name) && !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    failures.push({ property: "name", reason: `"${name}" must be of a-z, 0-9 and "-"` });
  }
  const paths = Object.keys(inputs.files ?? {}).map((path) => ["files", path] as const);
  const folders = data ? [["data", data.folder] as const] : [];
  for (const [property, path] of [...paths, ...folders]) {
    if (isUnknown(path) || isUnknown(stackFolder) || ownFolderOf(path, stackFolder)) continue;
    const reason = `${path} must be in ${stackFolder}, or below /var/tmp/todo-evolution-…`;
    failures.push({ property, reason });
  }
  return failures;
}

/** Ports held by others, told already by a preview. Another process of this stack may yet move. */
async function findConflicts(inputs: ProcessInputs): Promise<Failure[]> {
  if (isUnknown(inputs.ports)) return [];
  const isOurs = (pid: number) => !!readMarker(pid)?.startsWith(`${inputs.stackFolder}:`);
  const foreign = await foreignPorts(inputs.ports ?? {}, isOurs);
  return foreign.map((taken) => ({ property: "ports", reason: describeTakenPort(taken) }));
}
