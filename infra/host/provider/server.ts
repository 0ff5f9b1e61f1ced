import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { toServiceError } from "./grpc-error.ts";
import { hashOf } from "./hash.ts";
import {
  type Context,
  HalfMade,
  type Outputs,
  type ResourceType,
  unknownOutput,
} from "./resource.ts";

/** Inputs of a type that only the type itself knows. */
// biome-ignore lint/suspicious/noExplicitAny: the dispatcher passes on what belongs to the type
export type AnyResourceType = ResourceType<any>;

/** Where the provider's answers come from. */
export interface ServerOptions {
  /** Loads the type with this token, as "host:index:Process". */
  readonly load: (token: string) => Promise<AnyResourceType>;
  readonly contextFor: (urn: string) => Context;
  readonly cancel: () => void;
}

type Inputs = Record<string, unknown>;

/**
 * The engine's resource provider protocol (pulumi/provider.proto) over resource types. It does not
 * take secrets: then the engine unwraps them for us, and encrypts again what comes back under the
 * name of a secret input (annotateSecrets in the engine's provider_plugin.go).
 */
export function createHandlers(options: ServerOptions): UntypedServiceImplementation {
  const { load, contextFor } = options;
  return {
    handshake: answer(async () => new messages.ProviderHandshakeResponse()),
    configure: answer(async () => new messages.ConfigureResponse().setSupportspreview(true)),
    getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion("0.0.1")),
    getSchema: answer(async () => new messages.GetSchemaResponse().setSchema("{}")),
    cancel: answer(async () => {
      options.cancel();
      return new empty.Empty();
    }),
    checkConfig: answer(async (request: Messages.CheckRequest) => {
      return new messages.CheckResponse().setInputs(request.getNews());
    }),
    diffConfig: answer(async () => new messages.DiffResponse()),
    check: answer(async (request: Messages.CheckRequest) =>
      check(await load(request.getType()), request, contextFor(request.getUrn())),
    ),
    diff: answer(async (request: Messages.DiffRequest) =>
      diff(await load(request.getType()), request),
    ),
    create: answer(async (request: Messages.CreateRequest) => {
      const type = await load(request.getType());
      const inputs = fromStruct(request.getProperties());
      const response = new messages.CreateResponse();
      if (request.getPreview()) {
        return response.setProperties(toStruct({ ...inputs, ...unknownOutputs(type) }));
      }
      const context = contextFor(request.getUrn());
      const made = await recordHalf(inputs, {}, type.create(inputs, context));
      return response.setId(made.id).setProperties(toStruct({ ...inputs, ...made.outputs }));
    }),
    update: answer(async (request: Messages.UpdateRequest) =>
      update(await load(request.getType()), request, contextFor(request.getUrn())),
    ),
    delete: answer(async (request: Messages.DeleteRequest) => {
      const type = await load(request.getType());
      const outputs = fromStruct(request.getProperties());
      const inputs = request.hasOldInputs() ? fromStruct(request.getOldInputs()) : outputs;
      await type.delete({ inputs, outputs }, contextFor(request.getUrn()));
      return new empty.Empty();
    }),
    read: answer(async (request: Messages.ReadRequest) =>
      read(await load(request.getType()), request, contextFor(request.getUrn())),
    ),
  };
}

async function check(type: AnyResourceType, request: Messages.CheckRequest, context: Context) {
  const olds = fromStruct(request.getOlds());
  const news = fromStruct(request.getNews());
  const known = Object.keys(olds).length > 0 ? olds : undefined;
  const { inputs, failures = [] } = (await type.check?.(known, news, context)) ?? { inputs: news };
  const list = failures.map(({ property, reason }) => {
    return new messages.CheckFailure().setProperty(property).setReason(reason);
  });
  return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
}

/** Says what changed; the engine itself shows how, from the old and the new inputs. */
function diff(type: AnyResourceType, request: Messages.DiffRequest): Messages.DiffResponse {
  const olds = fromStruct(request.getOldInputs());
  const news = fromStruct(request.getNews());
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => hashOf(olds[key]) !== hashOf(news[key]));
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changed)
    .setReplacesList(changed.filter((key) => type.replaceOn?.includes(key)))
    .setDeletebeforereplace(true);
}

async function update(type: AnyResourceType, request: Messages.UpdateRequest, context: Context) {
  const outputs = fromStruct(request.getOlds());
  const old = { inputs: fromStruct(request.getOldInputs()), outputs };
  const news = fromStruct(request.getNews());
  const response = new messages.UpdateResponse();
  if (request.getPreview()) {
    const predicted = type.predict?.(old, news) ?? computed(type, outputs);
    return response.setProperties(toStruct({ ...news, ...predicted }));
  }
  const updating = type.update(old, news, context);
  const made = await recordHalf(news, computed(type, outputs), updating);
  return response.setProperties(toStruct({ ...news, ...made }));
}

async function read(type: AnyResourceType, request: Messages.ReadRequest, context: Context) {
  const old = {
    inputs: fromStruct(request.getInputs()),
    outputs: fromStruct(request.getProperties()),
  };
  const found = type.read ? await type.read(old, context) : old;
  if (!found) return new messages.ReadResponse();
  return new messages.ReadResponse()
    .setId(request.getId())
    .setInputs(toStruct(found.inputs))
    .setProperties(
      toStruct({ ...found.outputs, ...found.inputs, ...computed(type, found.outputs) }),
    );
}

/** Adds to an error what the engine needs to remember a half made resource. */
async function recordHalf<Result>(inputs: Inputs, outputs: Outputs, work: Promise<Result>) {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HalfMade)) throw error;
    throw Object.assign(error, { inputs, properties: { ...inputs, ...outputs } });
  }
}

function unknownOutputs(type: AnyResourceType): Outputs {
  return Object.fromEntries(type.outputs.map((name) => [name, unknownOutput]));
}

function computed(type: AnyResourceType, outputs: Outputs): Outputs {
  return Object.fromEntries(type.outputs.map((name) => [name, outputs[name]]));
}

/** Plain data of a message; nothing when it is missing. */
export function fromStruct(message: Struct | undefined): Inputs {
  return message?.toJavaScript() ?? {};
}

/** A message of plain data; what is undefined is left out. */
export function toStruct(value: object): Struct {
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)));
}

/** A method of the protocol by what it answers; what it throws is told in the engine's words. */
export function answer<Request, Response>(handle: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    handle(call.request).then(
      (response) => callback(null, response),
      (error) => callback(toServiceError(error)),
    );
  };
}
