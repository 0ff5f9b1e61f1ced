import { KubeconfigError } from "#infra/clusters/kubeconfig.ts";
import { ToolchainError } from "#toolchain/toolchain-error.ts";

/** A failure whose message says all that the person at the keyboard needs. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/**
 * Runs a command; its exit code becomes the process's. What was expected to fail, an option that
 * the command does not know among it, is told without a stack trace.
 */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    console.error(isExpected(error as Error) ? `\n${(error as Error).message}` : error);
    process.exitCode = 1;
  }
}

const isExpected = (error: NodeJS.ErrnoException): boolean =>
  error instanceof ToolchainError ||
  error instanceof KubeconfigError ||
  error instanceof Refusal ||
  error.code?.startsWith("ERR_PARSE_ARGS") === true;
