import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { HalfMade, unknownOutput } from "#infra/host/provider/resource.ts";
import { answer } from "#infra/host/provider/server.ts";
import { asLive, diffResponse, outputsOf } from "./answers.ts";
import { construct } from "./chart.ts";
import { openCluster } from "./cluster.ts";
import { diffConfig, readConfig } from "./config.ts";
import { fieldManagerOf, idOf, type KubeObject, withName } from "./objects.ts";
import { createOperations, type Made, type Operations } from "./operations.ts";
import { progressOf } from "./readiness.ts";
import { plainOf, secretly } from "./secrets.ts";
import type { Context } from "./waiting.ts";

/** What the engine gives every operation. */
export type ServerOptions = {
  readonly contextFor: (urn: string, timeoutSeconds?: number) => Context;
  readonly cancel: () => void;
};

/** The cluster of a provider, once its configuration is known. */
type Configured = () => Operations;

/**
 * The engine's resource provider protocol over the objects of one cluster. It takes secrets, as a
 * provider of components must: they are taken off on the way in and put on again on the way out.
 */
export function createHandlers({ contextFor, cancel }: ServerOptions) {
  let configured: Configured = () => {
    throw new Error("the provider is not configured");
  };
  const handlers: UntypedServiceImplementation = {
    handshake: answer(async () => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),
    getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion("4.34.2")),
    getSchema: answer(async () => new messages.GetSchemaResponse().setSchema("{}")),
    checkConfig: answer(async (request: Messages.CheckRequest) =>
      new messages.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(async (request: Messages.DiffRequest) => diffConfig(request)),
    configure: answer(async (request: Messages.ConfigureRequest) => {
      configured = configuredBy(request);
      return new messages.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(true);
    }),
    cancel: answer(async () => {
      cancel();
      return new empty.Empty();
    }),
    check: answer(async (request: Messages.CheckRequest) => check(request)),
    diff: answer(async (request: Messages.DiffRequest) => diff(configured, request)),
    create: answer(async (request: Messages.CreateRequest) =>
      create(configured, request, contextFor(request.getUrn(), request.getTimeout())),
    ),
    update: answer(async (request: Messages.UpdateRequest) =>
      update(configured, request, contextFor(request.getUrn(), request.getTimeout())),
    ),
    read: answer(async (request: Messages.ReadRequest) => read(configured(), request)),
    delete: answer(async (request: Messages.DeleteRequest) => {
      const context = contextFor(request.getUrn(), request.getTimeout());
      await configured().remove(objectOf(request.getProperties()), request.getId(), context);
      return new empty.Empty();
    }),
    construct: answer(async (request: Messages.ConstructRequest) =>
      construct(configured(), request),
    ),
  };
  return handlers;
}

/** Opened at its first use: in a preview the cluster itself may not be there yet. */
function configuredBy(request: Messages.ConfigureRequest): Configured {
  let operations: Operations | undefined;
  const config = readConfig(plainOf(request.getArgs()));
  return () => {
    if (config.isUnknown) throw new Error("the cluster is not known yet");
    operations ??= createOperations(openCluster(config));
    return operations;
  };
}

function check(request: Messages.CheckRequest): Messages.CheckResponse {
  const olds = plainOf(request.getOlds());
  const before = Object.keys(olds).length > 0 ? (olds as KubeObject) : undefined;
  const news = objectOf(request.getNews());
  const response = new messages.CheckResponse();
  if (typeof news.apiVersion !== "string" || typeof news.kind !== "string") {
    const reason = `the stand-in for the Kubernetes provider has no ${request.getType()}`;
    const failure = new messages.CheckFailure().setProperty("kind").setReason(reason);
    return response.setInputs(request.getNews()).setFailuresList([failure]);
  }
  const name = request.getName() || (request.getUrn().split("::").at(-1) as string);
  const named = withName(news, before, name, request.getRandomseed_asU8());
  return response.setInputs(secretly(named, request.getNews()));
}

async function diff(configured: Configured, request: Messages.DiffRequest) {
  const olds = objectOf(request.getOldInputs());
  const news = objectOf(request.getNews());
  const response = diffResponse(olds, news);
  if (news.metadata?.annotations?.["pulumi.com/replaceUnready"] !== "true") return response;
  const live = await configured().read(news, request.getId());
  if (live === undefined || progressOf(live).state !== "failed") return response;
  return response
    .setChanges(messages.DiffResponse.DiffChanges.DIFF_SOME)
    .setReplacesList(["spec"])
    .setHasdetaileddiff(false);
}

async function create(
  configured: Configured,
  request: Messages.CreateRequest,
  context: Context,
): Promise<Messages.CreateResponse> {
  const given = request.getProperties();
  const inputs = objectOf(given);
  const response = new messages.CreateResponse();
  if (request.getPreview()) {
    return response.setProperties(secretly({ ...inputs, status: unknownOutput }, given));
  }
  const manager = fieldManagerOf(request.getUrn());
  const made = configured().create(inputs, manager, context);
  const { id, outputs } = await recorded(made, given, manager);
  return response.setId(id).setProperties(outputs);
}

async function update(
  configured: Configured,
  request: Messages.UpdateRequest,
  context: Context,
): Promise<Messages.UpdateResponse> {
  const olds = objectOf(request.getOlds());
  const given = request.getNews();
  const inputs = objectOf(given);
  const response = new messages.UpdateResponse();
  if (request.getPreview()) {
    const metadata = { ...olds.metadata, ...inputs.metadata };
    const expected = { ...olds, ...inputs, metadata };
    return response.setProperties(secretly(expected, request.getOlds(), given));
  }
  const manager = managerOf(olds, request.getUrn());
  const made = configured().update(inputs, manager, context);
  return response.setProperties((await recorded(made, given, manager)).outputs);
}

async function read(
  operations: Operations,
  request: Messages.ReadRequest,
): Promise<Messages.ReadResponse> {
  const outputs = objectOf(request.getProperties());
  const olds = plainOf(request.getInputs());
  const isKnown = Object.keys(olds).length > 0;
  const type = isKnown ? (olds as KubeObject) : typeOf(request.getType());
  const live = await operations.read(type, request.getId());
  const response = new messages.ReadResponse();
  if (live === undefined) return response;
  const manager = managerOf(outputs, request.getUrn());
  const { managedFields: _fields, ...metadata } = live.metadata ?? {};
  const inputs = !isKnown
    ? { ...live, metadata, status: undefined }
    : (await operations.drifted(olds as KubeObject, manager, live))
      ? asLive(olds, withTexts(live))
      : olds;
  return response
    .setId(idOf(live))
    .setInputs(secretly(inputs as object, request.getInputs()))
    .setProperties(
      secretly(
        outputsOf(live, inputs as KubeObject, manager),
        request.getInputs(),
        request.getProperties(),
      ),
    );
}

/** A Secret is set as text and kept in base64. */
const withTexts = (live: KubeObject): KubeObject => {
  if (live.kind !== "Secret" || !live.data) return live;
  const texts = Object.entries(live.data as Record<string, string>).map(([key, value]) => [
    key,
    Buffer.from(value, "base64").toString("utf8"),
  ]);
  return { ...live, stringData: Object.fromEntries(texts) };
};

/** The outputs of what was made; of what was half made the engine is told with the error. */
async function recorded(work: Promise<Made>, given: Struct | undefined, manager: string) {
  const inputs = objectOf(given);
  const outputs = (live: KubeObject): Struct => secretly(outputsOf(live, inputs, manager), given);
  try {
    const { id, live } = await work;
    return { id, outputs: outputs(live) };
  } catch (error) {
    if (!(error instanceof HalfMade)) throw error;
    const { live } = error as HalfMade & { readonly live: KubeObject };
    throw Object.assign(error, {
      inputs: given?.toJavaScript(),
      properties: outputs(live).toJavaScript(),
    });
  }
}

/** The one that it was made with, which a resource keeps when it is renamed. */
const managerOf = (outputs: KubeObject, urn: string): string =>
  (outputs.__fieldManager as string | undefined) ?? fieldManagerOf(urn);

/** `kubernetes:apps/v1:Deployment` as an object says it; the core group is called `core` there. */
function typeOf(token: string): KubeObject {
  const [, version = "", kind = ""] = token.split(":");
  return { apiVersion: version.replace(/^core\//, ""), kind };
}

const objectOf = (message: Parameters<typeof plainOf>[0]): KubeObject =>
  plainOf(message) as KubeObject;
