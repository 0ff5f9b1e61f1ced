/** A failure that the person at the keyboard can mend: its message ends with the remedy. */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
}
