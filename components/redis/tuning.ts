import type { StackSize } from "#apps/contracts/topics.ts";

/** What an operator may want to be other of Redis in the cluster, with units. */
export type RedisTuning = {
  /** Of data; the container may take half as much again, and what a rewrite copies. */
  readonly maxMemoryMiB: number;
  readonly maxClients: number;
  /** How often a connection that says nothing is asked whether it is alive. */
  readonly keepAliveSeconds: number;
  /** Of the volume for the log of writes. */
  readonly storage: string;
  /** Whether every write is on disk before it is answered, or all of the last second at most late. */
  readonly fsync: "always" | "everysec";
};

export const defaultRedisTuning: Record<StackSize, RedisTuning> = {
  dev: {
    maxMemoryMiB: 128,
    maxClients: 1_000,
    keepAliveSeconds: 60,
    storage: "1Gi",
    fsync: "everysec",
  },
  prod: {
    maxMemoryMiB: 1_024,
    maxClients: 10_000,
    keepAliveSeconds: 60,
    storage: "10Gi",
    fsync: "everysec",
  },
};
