import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { changesBetween, deletesFirst } from "./diff.ts";
import type { KubeObject } from "./objects.ts";

/**
 * What the program sees of an object: all that the cluster tells, but for who set which field. Of
 * a Secret only what the program gave: the same values in base64 would be secret to nobody.
 */
export function outputsOf(live: KubeObject, inputs: KubeObject, manager: string): object {
  const { managedFields: _fields, ...metadata } = live.metadata ?? {};
  const { data: _data, stringData: _strings, ...rest } = live;
  const shown = live.kind === "Secret" && live.apiVersion === "v1" ? rest : live;
  const { data, stringData } = inputs;
  const given = live.kind === "Secret" ? { data, stringData } : {};
  return { ...shown, ...given, metadata, __fieldManager: manager };
}

/** What the old inputs set, with the values that the cluster has now. */
export function asLive(inputs: unknown, live: unknown): unknown {
  if (Array.isArray(inputs) && Array.isArray(live)) {
    return live.map((item, at) => (at < inputs.length ? asLive(inputs[at], item) : item));
  }
  if (!isObject(inputs) || !isObject(live)) return live;
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) =>
      live[key] === undefined ? [] : [[key, asLive(value, live[key])]],
    ),
  );
}

/** The engine's answer to what differs, with the path of each field. */
export function diffResponse(olds: KubeObject, news: KubeObject) {
  const { Kind } = messages.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const changes = changesBetween(olds, news);
  const replacing = changes.filter(({ replaces }) => replaces);
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...new Set(changes.map(({ path }) => topOf(path)))])
    .setReplacesList([...new Set(replacing.map(({ path }) => topOf(path)))])
    .setDeletebeforereplace(replacing.length > 0 && deletesFirst(olds, news))
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces } of changes) {
    const difference = new messages.PropertyDiff()
      .setKind(kinds[kind][replaces ? 1 : 0])
      .setInputdiff(true);
    response.getDetaileddiffMap().set(path, difference);
  }
  return response;
}

const topOf = (path: string): string => path.split(/[.[]/)[0] ?? path;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
