import type { ApiServerPrograms } from "../api-server.ts";

/** TODO: from the toolchain. */
export async function findPrograms(): Promise<ApiServerPrograms & { helm: string | undefined }> {
  return {
    apiServer: process.env.KUBE_APISERVER ?? "kube-apiserver",
    etcd: "etcd",
    helm: process.env.HELM,
  };
}
