import { KubeconfigError } from "#infra/clusters/kubeconfig.ts";
import { ToolchainError } from "#toolchain/toolchain-error.ts";

/** A failure whose message says all that the person at the keyboard needs. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Runs a command; its exit code becomes the process's. What was expected to fail has no stack. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const isExpected =
      error instanceof ToolchainError ||
      error instanceof KubeconfigError ||
      error instanceof Refusal;
    console.error(isExpected ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
