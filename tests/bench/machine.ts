import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What a figure cannot be read without. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Of one minute: what else the machine was doing. */
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
};

export const load = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

export const describeMachine = (loadAtStart: number): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  kernel: `${type()} ${release()}`,
  node: process.versions.node,
  loadAtStart,
  loadAtEnd: load(),
});
