import { delimiter, dirname, join } from "node:path";
import { findRealProvider } from "../kubernetes/provider.ts";

/** Which provider of Kubernetes the engine is given. */
export type Provider = {
  readonly kind: "real" | "stand-in";
  /** The folder that has to come first on PATH. */
  readonly folder: string;
};

export const providerKinds = ["auto", "real", "stand-in"] as const;
export type ProviderChoice = (typeof providerKinds)[number];

const standIn: Provider = {
  kind: "stand-in",
  folder: join(import.meta.dirname, "kubernetes", "plugin"),
};

/**
 * Pulumi's own provider where it is on this machine, else ours; or the one that is asked for.
 * @throws when Pulumi's own is asked for and absent
 */
export function chooseProvider(choice: ProviderChoice): Provider {
  if (choice === "stand-in") return standIn;
  const real = findRealProvider();
  if (real !== undefined && dirname(real) !== standIn.folder) {
    return { kind: "real", folder: dirname(real) };
  }
  if (choice === "auto") return standIn;
  throw new Error(
    "pulumi-resource-kubernetes is neither on PATH nor among the plugins of this user",
  );
}

/** For a line of output. */
export const tellProvider = ({ kind, folder }: Provider): string =>
  kind === "real"
    ? `The provider is Pulumi's own: ${folder}`
    : "The provider is our stand-in: tests/engine/kubernetes";

/** A PATH on which the engine finds this provider before any other. */
export const pathWith = ({ folder }: Pick<Provider, "folder">, path: string | undefined): string =>
  [folder, path].filter(Boolean).join(delimiter);
