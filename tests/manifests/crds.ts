import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { KubernetesObject } from "#commands/render/objects.ts";
import { toolchainFor } from "#toolchain/go.ts";

/** Where each module that crds/go.mod pins keeps its schemas. */
const foldersOfModules: Readonly<Record<string, string>> = {
  "github.com/cert-manager/cert-manager": "deploy/crds",
  "github.com/cloudnative-pg/cloudnative-pg": "config/crd/bases",
  "github.com/dapr/dapr": "charts/dapr/crds",
  "github.com/envoyproxy/gateway": "charts/gateway-helm/crds/generated",
  "github.com/external-secrets/external-secrets": "config/crds/bases",
  "github.com/kedacore/keda/v2": "config/crd/bases",
  "github.com/prometheus-operator/prometheus-operator": "example/prometheus-operator-crd",
  "sigs.k8s.io/gateway-api": "config/crd/standard",
};

/** Groups whose schemas no module has: they come from a folder, or not at all. */
export const groupsOfFolder: readonly string[] = ["kafka.strimzi.io", "cluster.redpanda.com"];

/** `CRD_DIR`, else where a checkout beside this one keeps them. */
export const crdFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.CRD_DIR ?? fileURLToPath(new URL("../../../shared/crds", import.meta.url));

/** The schemas of these kinds, of those that modules and a folder, which may be absent, have. */
export function loadCrds(
  kinds: readonly Pick<KubernetesObject, "apiVersion" | "kind">[],
  modules: ReadonlyMap<string, string>,
  folder: string,
): KubernetesObject[] {
  const folders = Object.entries(foldersOfModules).map(([module, below]) => {
    const at = modules.get(module);
    if (at === undefined) throw new Error(`crds/go.mod does not pin ${module}`);
    return join(at, below);
  });
  return [...folders, ...(existsSync(folder) ? [folder] : [])]
    .flatMap(documentsIn)
    .filter((text) => kinds.some((kind) => isCrdOf(kind, text)))
    .map((text) => installable(parse(text) as KubernetesObject));
}

/**
 * Where Go keeps each module that crds/go.mod pins and crds/go.sum vouches for. An archive is
 * fetched when it is not there yet; nothing of it is compiled.
 * @throws with Go's own words when a module cannot be had
 */
export async function downloadModules(): Promise<ReadonlyMap<string, string>> {
  const cwd = fileURLToPath(new URL("crds", import.meta.url));
  const env = {
    ...process.env,
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOTOOLCHAIN: toolchainFor(join(cwd, "go.mod"), process.env),
  };
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json"], {
    cwd,
    env,
    maxBuffer: 16 * 1024 ** 2,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`go mod download: ${error.message}\n${error.stderr}${error.stdout}`);
  });
  // One object after the other, as Go writes streams of JSON.
  const modules = JSON.parse(`[${stdout.trim().replaceAll(/^}\n{/gm, "},\n{")}]`) as {
    Path: string;
    Dir: string;
  }[];
  return new Map(modules.map(({ Path, Dir }) => [Path, Dir]));
}

const documentsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/^---$/m));

/** By its text: to parse all of them takes seconds. */
const isCrdOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }, text: string) =>
  /^kind: CustomResourceDefinition$/m.test(text) &&
  text.includes(`\n  group: ${apiVersion.split("/")[0]}\n`) &&
  text.includes(`\n    kind: ${kind}\n`);

/** Versions are converted by an operator, and none is running; labels may be a chart's templates. */
const installable = ({ metadata, spec, ...crd }: KubernetesObject): KubernetesObject => ({
  ...crd,
  metadata: { name: metadata.name, annotations: metadata.annotations ?? {} },
  spec: { ...(spec as object), conversion: { strategy: "None" } },
});
