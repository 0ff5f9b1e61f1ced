import { existsSync, readFileSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** What the engine did to one resource, and when: positions in its log. */
export type Deed = {
  readonly urn: string;
  readonly op: string;
  readonly begun: number;
  /** Infinity where it was not brought to its end. */
  readonly done: number;
};

/** Operations that touch nothing outside the state. */
const idle = new Set(["same", "read", "refresh", "discard", "replace"]);

/** The log of one run of the engine. */
export function createLog() {
  const events: EngineEvent[] = [];
  return {
    events,
    onEvent: (event: EngineEvent): void => {
      events.push(event);
    },
    /** What was done, in the order of its end. */
    deeds: () => deedsOf(events),
    /** `create Namespace todo` for each, in the order of its end. */
    told: (): string[] => deedsOf(events).map(tell),
  };
}

export type Log = ReturnType<typeof createLog>;

/** The events of a run so far, from the file that `--event-log` names; a line cut short is left out. */
export function readLog(file: string): EngineEvent[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as EngineEvent);
}

export function deedsOf(events: readonly EngineEvent[]): Deed[] {
  const begun = new Map<string, number>();
  const deeds: Deed[] = [];
  events.forEach((event, at) => {
    const metadata = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
    if (!metadata || idle.has(metadata.op) || isBare(metadata.type)) return;
    const { urn, op } = metadata;
    const key = `${op} ${urn}`;
    if (event.resourcePreEvent) begun.set(key, at);
    else deeds.push({ urn, op, begun: begun.get(key) ?? at, done: at });
  });
  return deeds;
}

/**
 * Throws unless each of `first` was brought to its end before any of `then` was begun. Both are
 * said as part of a URN, as `::Namespace::todo`, and each must name something.
 */
export function expectBefore(deeds: readonly Deed[], first: string, then: string): void {
  const [before, after] = [first, then].map((part) => {
    const found = deeds.filter(({ urn }) => urn.includes(part));
    if (found.length === 0) throw new Error(`nothing was done to ${part}`);
    return found;
  }) as [Deed[], Deed[]];
  for (const one of before) {
    const early = after.find((other) => other.begun < one.done);
    if (early) throw new Error(`${tell(early)} was begun before the end of ${tell(one)}`);
  }
}

/** `create Namespace todo` */
export const tell = ({ op, urn }: Deed): string => {
  const [, , types = "", name] = urn.split("::");
  return `${op} ${types.split("$").at(-1)?.split(":").at(-1)} ${name}`;
};

/** Stacks and providers are nothing that stands anywhere. */
const isBare = (type: string): boolean =>
  type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
