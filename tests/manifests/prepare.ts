import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "#commands/render/objects.ts";
import type { ApiServer } from "../api-server.ts";
import { ApiClient } from "./api-client.ts";

/**
 * Puts in place what objects are judged by: the schemas of custom resources, and the namespaces
 * that they stand in, as they are rendered, so that their levels of pod security speak too.
 * @throws when the API server refuses one of them
 */
export async function prepareCluster(
  server: ApiServer,
  crds: readonly KubernetesObject[],
  objects: readonly KubernetesObject[],
): Promise<void> {
  const client = new ApiClient(server);
  try {
    const needed = [...crds, ...namespacesOf(objects)];
    await Promise.all(needed.map((object) => applied(client, object)));
    await untilServed(server, crds);
  } finally {
    client.close();
  }
}

async function applied(client: ApiClient, object: KubernetesObject): Promise<void> {
  const verdict = await client.apply(object);
  if (verdict.kind === "accepted") return;
  const reason = verdict.kind === "refused" ? verdict.reason : "no such kind";
  throw new Error(`${object.kind} ${object.metadata.name}: ${reason}`);
}

/** The rendered ones, and plain ones where a component alone takes its namespace for granted. */
function namespacesOf(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const used = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  const plain = used.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  const rendered = objects.filter(({ kind }) => kind === "Namespace");
  return [...new Map([...plain, ...rendered].map((one) => [one.metadata.name, one])).values()];
}

/** A schema is published a moment after it was taken. */
async function untilServed(server: ApiServer, crds: readonly KubernetesObject[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    // Discovery is remembered by a client, so each look has its own.
    const client = new ApiClient(server);
    const missing = [];
    for (const crd of crds) if (!(await isServed(client, crd))) missing.push(crd.metadata.name);
    client.close();
    if (missing.length === 0) return;
    if (Date.now() > deadline) throw new Error(`not served after 60 s: ${missing.join(", ")}`);
    await sleep(200);
  }
}

type CrdSpec = {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
};

async function isServed(client: ApiClient, crd: KubernetesObject): Promise<boolean> {
  const { group, names, versions } = crd.spec as CrdSpec;
  for (const { name, served } of versions) {
    const version = { apiVersion: `${group}/${name}`, kind: names.kind };
    if (served && (await client.served(version)) === undefined) return false;
  }
  return true;
}
