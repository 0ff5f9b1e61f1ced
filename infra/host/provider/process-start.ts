import { readFileSync } from "node:fs";
import { markDataFolder, readDataMark, wipeDataFolder } from "./data-folder.ts";
import { firstDifference, removeFiles, writeFiles } from "./files.ts";
import { sizeOf, tailOf } from "./log-file.ts";
import { describeTakenPort, foreignPorts, takenPorts } from "./ports.ts";
import { setNice } from "./priority.ts";
import {
  type Identity,
  identityOf,
  isAlive,
  markerOf,
  readMarker,
  withDescendants,
} from "./proc.ts";
import { dataHashOf, type ProcessInputs, specHashOf } from "./process-inputs.ts";
import { probe, waitUntilReady } from "./ready.ts";
import { readRecord, writeRecord } from "./record.ts";
import type { Context, Known, Outputs } from "./resource.ts";
import { endOf, type Launch, launch, runToEnd } from "./spawn.ts";
import { isInside, placesOf } from "./stack-folder.ts";
import { type StopOptions, stopMarked, stopProcess } from "./stop.ts";
import { accountOf, requireEnterable } from "./user.ts";
import { waitFor } from "./wait.ts";

const initTimeoutMs = 120_000;
const portsFreeMs = 10_000;

/** Stops the process of these inputs, known by its record or only by its marker, with its ports. */
export async function stopRunning(inputs: ProcessInputs): Promise<void> {
  const marker = markerOf(inputs.stackFolder, inputs.name);
  const record = readRecord(placesOf(inputs.stackFolder, inputs.name).record);
  const options: StopOptions = inputs.stop ?? {};
  if (record && isAlive(record)) await stopProcess(record, marker, options);
  await stopMarked(marker, options);
  const ports = inputs.ports ?? {};
  const free = () => takenPorts(ports).length === 0;
  if (await waitFor(free, { timeoutMs: portsFreeMs })) return;
  throw new Error(takenPorts(ports).map(describeTakenPort).join("\n"));
}

/** Throws when another process listens on a port that this one needs. */
export async function requireFreePorts(inputs: ProcessInputs): Promise<void> {
  const marker = markerOf(inputs.stackFolder, inputs.name);
  const record = readRecord(placesOf(inputs.stackFolder, inputs.name).record);
  const family = record && isAlive(record) ? withDescendants([record.pid]) : [];
  const ours = new Set(family.map(({ pid }) => pid));
  const foreign = await foreignPorts(
    inputs.ports ?? {},
    (pid) => ours.has(pid) || readMarker(pid) === marker,
  );
  if (foreign.length > 0) throw new Error(foreign.map(describeTakenPort).join("\n"));
}

/** Whether the process already runs with exactly these inputs, files and data, and answers. */
export async function runsAsWanted(inputs: ProcessInputs, signal: AbortSignal): Promise<boolean> {
  const record = readRecord(placesOf(inputs.stackFolder, inputs.name).record);
  if (!record || !isAlive(record) || record.specHash !== specHashOf(inputs)) return false;
  if (firstDifference(inputs.files ?? {}) !== undefined) return false;
  if (inputs.data && !readDataMark(inputs.data.folder)) return false;
  const ready = inputs.ready ?? {};
  if ((await probe(ready)) === "") return true;
  const ended = () => (isAlive(record) ? undefined : "ended");
  const waiting = waitUntilReady(ready, ended, signal);
  return waiting.then(
    () => true,
    () => false, // it is stopped and started again, which then tells what is wrong
  );
}

/**
 * Starts a process that does not run: data, files, command, readiness. What an earlier version
 * wrote and this one does not want is removed. A failed start leaves nothing running and throws
 * with the last lines of the log.
 */
export async function start(
  old: Known<ProcessInputs> | undefined,
  inputs: ProcessInputs,
  context: Context,
): Promise<void> {
  const { name, stackFolder } = inputs;
  const places = placesOf(stackFolder, name);
  const account = accountOf(inputs.user);
  const files = Object.entries(inputs.files ?? {});
  const folder = inputs.data?.folder;
  const inData = (path: string) => folder !== undefined && isInside(path, folder);
  const logSize = sizeOf(places.log);
  const run: Omit<Launch, "command" | "headline"> = {
    env: inputs.env ?? {},
    cwd: inputs.cwd,
    user: inputs.user,
    logFile: places.log,
    marker: markerOf(stackFolder, name),
  };
  let identity: Identity | undefined;
  try {
    removeFiles(Object.keys(old?.inputs.files ?? {}).filter((path) => !inputs.files?.[path]));
    writeFiles(Object.fromEntries(files.filter(([path]) => !inData(path))), account);
    await prepareData(old, inputs, run, context);
    // After the init: it wants an empty folder.
    writeFiles(Object.fromEntries(files.filter(([path]) => inData(path))), account);
    const headline = `${name} starts (${inputs.incarnation ?? "1"})`;
    const child = await launch({ ...run, command: inputs.command, headline });
    identity = identityOf(child.pid);
    if (identity) {
      const startedAt = new Date().toISOString();
      writeRecord(places.record, { ...identity, name, startedAt, specHash: specHashOf(inputs) });
    }
    context.report("status", "waits until it is ready");
    await waitUntilReady(inputs.ready ?? {}, () => endOf(child), context.signal);
    // Not before: on a busy machine it would hardly ever come up.
    if (inputs.nice) await setNice(child.pid, inputs.nice);
  } catch (error) {
    if (identity && isAlive(identity)) await stopProcess(identity, run.marker, inputs.stop);
    await stopMarked(run.marker, inputs.stop);
    removeFiles([places.record]);
    throw withLog(name, error, places.log, logSize);
  }
}

/** An error with the lines that the log gained. */
export function withLog(name: string, error: unknown, log: string, from: number): Error {
  const message = error instanceof Error ? error.message : String(error);
  const tail = tailOf(log, 20, from);
  const text = `${name}: ${message}`;
  return new Error(tail ? `${text}\nLast lines of ${log}:\n${tail}` : text, { cause: error });
}

/** What the resource tells about a running process. Throws when a file to read is missing. */
export function outputsOf(inputs: ProcessInputs): Outputs {
  const record = readRecord(placesOf(inputs.stackFolder, inputs.name).record);
  const contents = Object.entries(inputs.reads ?? {}).map(([key, path]) => {
    return [key, readFileSync(path, "utf8")];
  });
  return {
    pid: record?.pid ?? 0,
    dataId: inputs.data ? (readDataMark(inputs.data.folder)?.dataId ?? "") : "",
    contents: Object.fromEntries(contents),
    incarnation: inputs.incarnation ?? "1",
  };
}

async function prepareData(
  old: Known<ProcessInputs> | undefined,
  inputs: ProcessInputs,
  run: Omit<Launch, "command" | "headline">,
  context: Context,
): Promise<void> {
  const before = old?.inputs.data?.folder;
  if (before && before !== inputs.data?.folder) removeFiles([before]);
  if (!inputs.data) return;
  const { folder, init } = inputs.data;
  const mark = readDataMark(folder);
  // A resource that the engine does not know yet has no data, unless it is the very same one whose
  // creation was interrupted: other data has other passwords.
  if (mark && (old || mark.madeBy === dataHashOf(inputs))) return;
  const account = accountOf(inputs.user);
  context.report("status", "prepares its data");
  wipeDataFolder(folder, account);
  requireEnterable(folder, account);
  if (init) {
    const launch = { ...run, command: init, headline: `${inputs.name} prepares its data` };
    await runToEnd(launch, initTimeoutMs, context.signal).catch((error) => {
      throw new Error(`preparing its data (${init.slice(0, 2).join(" ")} …) ${error.message}`);
    });
  }
  markDataFolder(folder, dataHashOf(inputs));
}
