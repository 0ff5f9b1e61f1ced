import type { Profile } from "./inspector.ts";

/** A part of the time that a process was not idle, 0 to 1. */
export type Share = { readonly what: string; readonly share: number };

const idle = "(idle)";

/**
 * Sums a profile up by whose code was running, the most first: a package, Node itself, a folder of
 * ours. How long it ran is not in it: to V8, who waits for a processor runs.
 */
export function sharesOf({ nodes, samples, timeDeltas }: Profile): Share[] {
  const whose = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const what = whose.get(id) ?? "unknown";
    times.set(what, (times.get(what) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  });
  times.delete(idle);
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([what, time]) => ({ what, share: time / busy }))
    .sort((one, other) => other.share - one.share);
}

function ownerOf({ functionName, url }: Profile["nodes"][number]["callFrame"]): string {
  if (functionName === idle) return idle;
  if (functionName === "(garbage collector)") return "garbage collector";
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (installed) return installed;
  const ours = /\/(apps\/[^/]+(?:\/[^/]+(?=\/))?)/.exec(url)?.[1];
  if (ours) return ours;
  // What has no file is V8 and the libraries in C++ below it.
  return url.startsWith("node:") ? "Node" : "V8 and native code";
}
