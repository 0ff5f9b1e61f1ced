import type { StackSize } from "#apps/contracts/topics.ts";

/** What an operator may want to be other of PostgreSQL in the cluster, with units. */
export type PostgresTuning = {
  /** Of the volume of each instance. */
  readonly storage: string;
  /** Of the volume for the log of writes; in dev it is beside the data. */
  readonly walStorage: string | undefined;
  readonly maxConnections: number;
  readonly sharedBuffersMiB: number;
  /** Request and limit of each instance. */
  readonly memory: string;
  readonly cpu: string;
};

export const defaultPostgresTuning: Record<StackSize, PostgresTuning> = {
  dev: {
    storage: "5Gi",
    walStorage: undefined,
    maxConnections: 200,
    sharedBuffersMiB: 128,
    memory: "512Mi",
    cpu: "100m",
  },
  prod: {
    storage: "50Gi",
    walStorage: "10Gi",
    maxConnections: 400,
    sharedBuffersMiB: 1_024,
    memory: "4Gi",
    cpu: "1",
  },
};
