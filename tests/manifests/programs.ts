import type { ApiServerPrograms } from "../api-server.ts";

/** TODO: from the toolchain. */
export async function findPrograms(): Promise<ApiServerPrograms> {
  return { apiServer: process.env.KUBE_APISERVER ?? "kube-apiserver", etcd: "etcd" };
}
