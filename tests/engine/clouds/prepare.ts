import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiServer } from "../../api-server.ts";
import type { Provider } from "../provider.ts";
import { type CloudPlace, placeVariable } from "./place.ts";

/** The providers of clouds, as packages of Pulumi. */
export const cloudPackages = ["azure-native", "gcp", "oci"];
/** What the kubeconfigs of the clouds call for a token. */
const signIns = ["kubelogin", "gke-gcloud-auth-plugin", "oci"];

type Access = Pick<ApiServer, "url" | "token" | "certificate">;

/**
 * A folder for PATH with every provider that a stack in a cloud wants and the programs by which one
 * signs in to a cluster there. All clusters of these clouds are the one API server.
 */
export function writeProviders(folder: string, kubernetes: Provider, { token }: Access): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = "pulumi-resource-kubernetes";
  symlinkSync(join(kubernetes.folder, name), join(folder, name));
  for (const cloud of cloudPackages) {
    const program = `pulumi-resource-${cloud}`;
    symlinkSync(join(import.meta.dirname, "plugin", program), join(folder, program));
  }
  const credential = JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    status: { token },
  });
  for (const program of signIns) {
    writeFileSync(join(folder, program), `#!/bin/sh\necho '${credential}'\n`, { mode: 0o700 });
  }
  return folder;
}

/** The environment in which the stand-ins find a world of clouds; `slow` is told in `CloudPlace`. */
export function writePlace(
  folder: string,
  { url, certificate }: Access,
  slow?: string,
): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const place: CloudPlace = {
    folder: join(folder, "standing"),
    address: url.replace("https://", ""),
    authority: Buffer.from(certificate).toString("base64"),
    ...(slow !== undefined && { slow }),
  };
  const file = join(folder, `place${slow === undefined ? "" : "-slow"}.json`);
  writeFileSync(file, JSON.stringify(place));
  return { [placeVariable]: file };
}
