import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { findPrograms } from "#toolchain/find.ts";
import type { KubeObject } from "./objects.ts";

/** What a program says of a chart, of all that helm.v4.Chart takes. */
export type ChartInputs = {
  readonly chart: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo?: string };
  readonly values?: Readonly<Record<string, unknown>>;
  readonly skipCrds?: boolean;
  readonly skipAwait?: boolean;
  readonly resourcePrefix?: string;
};

/** What a chart may ask of its cluster. */
export type Capabilities = { readonly version: string; readonly kinds: readonly string[] };

/** How Helm calls this release and where it puts it, unless the chart's inputs say. */
export type Release = { readonly name: string; readonly namespace: string };

/**
 * The objects that a chart becomes, without hooks and tests.
 * @throws with Helm's own words, as when a repository cannot be reached
 */
export async function renderChart(
  inputs: ChartInputs,
  release: Release,
  { version, kinds }: Capabilities,
): Promise<KubeObject[]> {
  const helm = process.env.HELM ?? (await findPrograms(["helm"])).helm.path;
  const { chart, repositoryOpts, skipCrds } = inputs;
  const repository = repositoryOpts?.repo;
  const args = [
    ...["template", release.name, chart, "--namespace", release.namespace],
    ...(inputs.version ? ["--version", inputs.version] : []),
    ...(repository ? ["--repo", repository] : []),
    ...(skipCrds ? ["--skip-crds"] : ["--include-crds"]),
    ...["--no-hooks", "--skip-tests", "--kube-version", version],
    ...kinds.flatMap((kind) => ["--api-versions", kind]),
    ...["--values", "-"],
  ];
  const running = promisify(execFile)(helm, args, { maxBuffer: 64 * 1024 ** 2 });
  running.child.stdin?.end(JSON.stringify(inputs.values ?? {}));
  const { stdout } = await running.catch((error: Error & { stderr?: string }) => {
    const where = repository ? ` of ${repository}` : "";
    throw new Error(`the chart ${chart}${where} cannot be rendered: ${error.stderr?.trim()}`);
  });
  return parseAllDocuments(stdout)
    .map((document) => document.toJS({ maxAliasCount: -1 }) as KubeObject | null)
    .filter((object) => object !== null);
}
