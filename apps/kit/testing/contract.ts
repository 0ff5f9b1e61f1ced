import type { ServiceContract } from "#apps/contracts/services.ts";

/** A service that does nothing; a test adds what it is about. */
export const idle = {
  port: 8000,
  publicPaths: [],
  publishes: [],
  subscribes: {},
  invokes: {},
  state: false,
  database: false,
  env: [],
} as const satisfies ServiceContract;
