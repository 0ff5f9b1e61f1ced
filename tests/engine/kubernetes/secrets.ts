import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { fromStruct, toStruct } from "#infra/host/provider/server.ts";
import type { KubeObject } from "./objects.ts";

// How the engine's protocol marks a value as secret (sdk/go/common/resource/plugin/rpc.go).
const secretKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Plain data of a message, secrets taken off. */
export const plainOf = (message: Struct | undefined): Record<string, unknown> =>
  plain(fromStruct(message)) as Record<string, unknown>;

/**
 * A message of plain data in which everything is secret that was so in one of the messages that
 * it came from, and the values of a Secret in any case.
 */
export function secretly(value: object, ...from: readonly (Struct | undefined)[]): Struct {
  const marked = from.reduce<unknown>(
    (marking, message) => marksFrom(marking, fromStruct(message)),
    value,
  );
  return toStruct(guarded(marked as KubeObject));
}

/** The values of a Secret as the engine keeps them from everybody. */
export function guarded(object: KubeObject): object {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") return object;
  const fields = ["data", "stringData"].flatMap((field) =>
    object[field] === undefined ? [] : [[field, secret(object[field])]],
  );
  return { ...object, ...Object.fromEntries(fields) };
}

const secret = (value: unknown): unknown =>
  isSecret(value) ? value : { [secretKey]: secretSignature, value: plain(value) };

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (isSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function marksFrom(value: unknown, source: unknown): unknown {
  if (value === undefined || isSecret(value)) return value;
  if (isSecret(source)) return secret(value);
  if (Array.isArray(value) && Array.isArray(source)) {
    return value.map((item, at) => marksFrom(item, source[at]));
  }
  if (!isObject(value) || !isObject(source)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, marksFrom(item, source[key])]),
  );
}

const isSecret = (value: unknown): value is { readonly value: unknown } =>
  isObject(value) && value[secretKey] === secretSignature;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
