import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A kubeconfig that cannot be read; the message names it and the remedy. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}

/** The content of a kubeconfig. Without a path: KUBECONFIG, or `~/.kube/config`. */
export function readKubeconfig(path: string | undefined): string {
  const chosen = path ?? process.env.KUBECONFIG ?? "~/.kube/config";
  const file = chosen.startsWith("~/") ? join(homedir(), chosen.slice(2)) : chosen;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new KubeconfigError(
      `The kubeconfig ${file} cannot be read: ${(error as Error).message}. Name another: ` +
        "pulumi config set --path cluster.kubeconfig <path>, or KUBECONFIG",
    );
  }
}
