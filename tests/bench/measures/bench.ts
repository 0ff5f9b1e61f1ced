import type { Measurement } from "../report.ts";
import type { System } from "../system.ts";

/** What every measure is given. */
export type Bench = {
  readonly system: System;
  /** How long a load lasts; those that the specification bounds last no longer than it says. */
  readonly seconds: number;
  readonly log: (line: string) => void;
  /** Aborted by Ctrl-C: what was started then ends. */
  readonly signal: AbortSignal;
};

/** Measures one thing; what it starts it stops. */
export type Measure = (bench: Bench) => Promise<Measurement[]>;
