import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { rootCertificates } from "node:tls";
import { type ImageFiles, imageNames } from "./bundle.ts";
import { hashOfFiles, imageReference } from "./reference.ts";

/** What an image stands on. */
export type Base = {
  readonly reference: string;
  /** The whole root file system of a base that is made here, not pulled. */
  readonly files?: ImageFiles;
};

/** Instead of a reference: a base made of this machine's Node, for where no registry is reached. */
export const machineBase = "machine";

/** The base of this name; without one, that of apps/Dockerfile, where it is pinned. */
export function baseOf(clone: string, name: string | undefined): Base {
  if (name === machineBase) return makeMachineBase(clone);
  return { reference: name ?? pinnedBase(readDockerfile(clone)) };
}

/** The recipe that every image is built by. */
export const readDockerfile = (clone: string): string =>
  readFileSync(join(clone, "apps", "Dockerfile"), "utf8");

/** The base that a Dockerfile names by `ARG BASE=…`. */
function pinnedBase(dockerfile: string): string {
  const [, reference] = /^ARG BASE=(\S+)$/m.exec(dockerfile) ?? [];
  if (!reference) throw new Error("apps/Dockerfile has no line `ARG BASE=<reference>`");
  return reference;
}

/**
 * The pinned Node of package.json with the libraries it is linked to, a public list of certificate
 * authorities, and nothing else. Time zones are in Node itself.
 */
function makeMachineBase(clone: string): Base {
  const node = realpathSync(join(clone, "node_modules", ".bin", "node"));
  const files = new Map<string, Uint8Array>([
    ["usr/local/bin/node", readFileSync(node)],
    ...librariesOf(node).map((path) => [path.slice(1), readFileSync(path)] as const),
    ...Object.entries(settings).map(([path, text]) => [path, Buffer.from(text)] as const),
  ]);
  const name = baseName(imageNames(clone));
  return { reference: imageReference({ name, contentHash: hashOfFiles(files) }), files };
}

/** The base must not take the name of an image of ours. */
const baseName = (taken: readonly string[]): string =>
  taken.includes("node") ? "node-base" : "node";

/** Absolute paths of the shared libraries and of the loader of a program, as it asks for them. */
function librariesOf(program: string): string[] {
  const linked = [...execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/\/\S+/g)]
    .map(([path]) => path)
    .filter((path) => existsSync(path));
  const system = linked.find((path) => path.includes("/libc.so"));
  // Opened by name when a host name is looked up, where they are not part of libc itself.
  const lookups = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"]
    .map((file) => join(dirname(system ?? "/lib/none"), file))
    .filter((path) => existsSync(path));
  return [...new Set([...linked, ...lookups])].sort();
}

const settings: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/:/none\nnonroot:x:65532:65532:nonroot:/tmp:/none\n",
  "etc/group": "root:x:0:\nnonroot:x:65532:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
  "etc/ssl/certs/ca-certificates.crt": `${rootCertificates.join("\n")}\n`,
};
