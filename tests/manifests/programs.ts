import { join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { executablesOnPath } from "#toolchain/probe.ts";
import type { ApiServerPrograms } from "../api-server.ts";

/** What these tests run: an API server, Helm, and a Kafka that is asked for names. */
export type Programs = ApiServerPrograms & {
  readonly helm: string;
  readonly java: string;
  readonly kafkaHome: string;
};

/**
 * The programs of these tests: from the toolchain's cache, made where they are not in it.
 * @throws Refusal where etcd, which no module has, is not on PATH
 */
export async function findPrograms(): Promise<Programs> {
  const [etcd] = executablesOnPath("etcd", process.env);
  if (etcd === undefined) {
    throw new Refusal("etcd is not on PATH: install it (Debian, Ubuntu: `etcd-server`).");
  }
  const found = await ensurePrograms(["java", "kafka", "helm", "kubernetes"]);
  return {
    etcd,
    apiServer: join(found.kubernetes.path, "kube-apiserver"),
    helm: found.helm.path,
    java: found.java.path,
    kafkaHome: found.kafka.path,
  };
}
