import type { Logger } from "pino";
import type { Trace } from "./trace.ts";

/** What the shell gives to every route of a service. */
export type ShellVariables = {
  readonly requestId: string;
  readonly trace: Trace;
  readonly log: Logger;
};
