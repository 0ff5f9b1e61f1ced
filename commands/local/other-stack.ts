import { highestPortBase } from "#infra/host/port-plan.ts";
import { takenPorts } from "#infra/host/provider/ports.ts";
import { folderOfMarker, readMarker } from "#infra/host/provider/proc.ts";
import { flatPorts } from "./leftovers.ts";

const step = 1_000;

/**
 * Says that the stack of another clone has ports of this one, and how both can run; undefined where
 * none has. The engine would say it too, but for each port of each process.
 */
export function otherStackOn(folder: string, portBase: number): string | undefined {
  const others = takenPorts(flatPorts(portBase))
    .flatMap(({ pid }) => (pid === undefined ? [] : [readMarker(pid)]))
    .flatMap((marker) => (marker === undefined ? [] : [folderOfMarker(marker)]))
    .filter((other) => other !== folder);
  if (others[0] === undefined) return undefined;
  const free = freePortBase(portBase);
  const move = `, or move this one:

  npm run pulumi -- config set portBase ${free}
  npm start`;
  return (
    `Another stack has ${others.length} of the ports from ${portBase} on: ${others[0]}\n` +
    `Take it down in its clone (npm run down)${free === undefined ? "." : move}`
  );
}

/** The next thousand from which on nobody listens; undefined when there is none left. */
function freePortBase(from: number): number | undefined {
  for (let base = (Math.floor(from / step) + 1) * step; base <= highestPortBase; base += step) {
    if (takenPorts(flatPorts(base)).length === 0) return base;
  }
  return undefined;
}
