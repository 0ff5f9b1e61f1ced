import { join } from "node:path";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { executablesOnPath } from "#toolchain/probe.ts";
import type { ApiServerPrograms } from "../api-server.ts";
import { Refusal } from "../e2e/stack.ts";

/**
 * The programs of these tests: from the toolchain's cache, made where they are not in it.
 * @throws Refusal where etcd, which no module has, is not on PATH
 */
export async function findPrograms(): Promise<ApiServerPrograms & { readonly helm: string }> {
  const [etcd] = executablesOnPath("etcd", process.env);
  if (etcd === undefined) {
    throw new Refusal("etcd is not on PATH: install it (Debian, Ubuntu: `etcd-server`).");
  }
  const { kubernetes, helm } = await ensurePrograms(["kubernetes", "helm"]);
  return { apiServer: join(kubernetes.path, "kube-apiserver"), etcd, helm: helm.path };
}
