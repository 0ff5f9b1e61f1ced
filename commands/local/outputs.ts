import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { runPulumi, stack } from "./stack.ts";

/** What the local stack tells of itself; `stack.json` in its folder, mode 0600. */
export type StackOutputs = {
  readonly baseUrl: string;
  readonly stackFolder: string;
  readonly services: Readonly<Record<string, ServiceAddresses>>;
  readonly kafka: { brokers: string[]; mechanism: string; username: string; password: string };
  readonly postgres: { adminUrl: string };
  readonly redis: string;
  /** The page of what the stack's mail server has; absent where there is none. */
  readonly mail?: string;
  /** The page of operators. */
  readonly ops: string;
  /** The account of the first operator, where the configuration names one. */
  readonly operator: { email?: string; password: string };
  /** The page with the traces, unless the stack has none. */
  readonly zipkin?: string;
  readonly dapr: { sentry: string; scheduler: string };
};

/** Where a service and its sidecars listen: the first replica, and every one. */
export type ServiceAddresses = {
  readonly url: string;
  readonly sidecarUrl: string;
  readonly urls: readonly string[];
  readonly sidecarUrls: readonly string[];
};

const file = join(stack.folder, "stack.json");

/** Reads the outputs of the stack from the engine and keeps them for tests and other commands. */
export async function refreshOutputs(): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--show-secrets"];
  const { code, output } = await runPulumi(args, { quiet: true });
  if (code !== 0) throw new Refusal("the outputs of the stack could not be read; see above");
  writeFileSync(file, output, { mode: 0o600 });
  return JSON.parse(output) as StackOutputs;
}

/** The outputs as last kept; undefined when the stack is not up. */
export const readOutputs = (): StackOutputs | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StackOutputs) : undefined;
