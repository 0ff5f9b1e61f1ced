import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { hashOf } from "#infra/host/provider/hash.ts";
import { unknownOutput } from "#infra/host/provider/resource.ts";
import { answer, fromStruct, toStruct } from "#infra/host/provider/server.ts";
import { argumentFaults, configFaults, inputFaults } from "../../clouds/input-faults.ts";
import { definitionOf } from "../../clouds/sdk-files.ts";
import { outputsOf, resultOf } from "./answers.ts";
import type { Cloud } from "./cloud.ts";
import { identityOf, idOf, namedByProvider, nameOfProvider } from "./names.ts";
import type { CloudPlace } from "./place.ts";

export type CloudServer = {
  /** As `azure-native`. */
  readonly package: string;
  readonly cloud: Cloud;
  readonly place: CloudPlace;
};

/**
 * The engine's resource provider protocol over a cloud that is a folder. Every input is held to the
 * type definitions of the cloud's own SDK. It takes no secrets: the engine takes them off on the way
 * in, and puts them on again for what has the name of a secret input or is secret by the SDK.
 */
export function createHandlers(server: CloudServer): UntypedServiceImplementation {
  return {
    handshake: answer(async () => new messages.ProviderHandshakeResponse()),
    attach: answer(async () => new empty.Empty()),
    getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion(versionOf(server))),
    getSchema: answer(async () => new messages.GetSchemaResponse().setSchema("{}")),
    checkConfig: answer(async (request: Messages.CheckRequest) => checkConfig(server, request)),
    diffConfig: answer(async () => new messages.DiffResponse()),
    configure: answer(async () => new messages.ConfigureResponse().setSupportspreview(true)),
    cancel: answer(async () => new empty.Empty()),
    invoke: answer(async (request: Messages.InvokeRequest) => invoke(server, request)),
    check: answer(async (request: Messages.CheckRequest) => check(request)),
    diff: answer(async (request: Messages.DiffRequest) => diff(request)),
    create: answer(async (request: Messages.CreateRequest) => create(server, request)),
    read: answer(async (request: Messages.ReadRequest) => read(server, request)),
    update: answer(async (request: Messages.UpdateRequest) => update(server, request)),
    delete: answer(async (request: Messages.DeleteRequest) => remove(server, request)),
  };
}

/** That of the SDK which is installed. */
function versionOf({ package: name }: CloudServer): string {
  const root = join(import.meta.dirname, "../../../node_modules/@pulumi");
  return JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")).version;
}

const failed = (faults: readonly string[]): Messages.CheckFailure[] =>
  faults.map((fault) => new messages.CheckFailure().setReason(fault));

function checkConfig({ package: name }: CloudServer, request: Messages.CheckRequest) {
  return new messages.CheckResponse()
    .setInputs(request.getNews())
    .setFailuresList(failed(configFaults(name, fromStruct(request.getNews()))));
}

function invoke({ cloud, place }: CloudServer, request: Messages.InvokeRequest) {
  const token = request.getTok();
  const faults = argumentFaults(token, fromStruct(request.getArgs()));
  const response = new messages.InvokeResponse().setFailuresList(failed(faults));
  return faults.length > 0 ? response : response.setReturn(toStruct(resultOf(token, place, cloud)));
}

/** Names that the program leaves to the provider are given here, once. */
function check(request: Messages.CheckRequest): Messages.CheckResponse {
  const type = request.getType();
  const name = nameIn(request.getUrn());
  const given = fromStruct(request.getNews());
  const faults = inputFaults({ type, name, inputs: given });
  const key = namedByProvider(type);
  const lacksName = key !== undefined && given[key] === undefined;
  const inputs = lacksName
    ? {
        ...given,
        [key]:
          fromStruct(request.getOlds())[key] ??
          nameOfProvider(type, name, request.getRandomseed_asU8()),
      }
    : given;
  return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failed(faults));
}

/** What stands elsewhere afterwards, by the clouds' rule that a place is for ever. */
const places = ["location", "region", "availabilityDomain"];

function diff(request: Messages.DiffRequest): Messages.DiffResponse {
  const olds = fromStruct(request.getOldInputs());
  const news = fromStruct(request.getNews());
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => hashOf(olds[key]) !== hashOf(news[key]));
  const identity = identityOf(request.getType(), { ...olds, ...news }).map(([key]) => key);
  const renamed = changed.filter((key) => identity.includes(key));
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changed)
    .setReplacesList([...renamed, ...changed.filter((key) => places.includes(key))])
    .setDeletebeforereplace(renamed.length === 0);
}

/** Switching something on in a project, or a right in one, is no thing: twice is once. */
const repeatable = /^gcp:(projects\/service|.*I[aA][mM]Member:)/;

async function create({ cloud, place }: CloudServer, request: Messages.CreateRequest) {
  const type = request.getType();
  const name = nameIn(request.getUrn());
  const inputs = fromStruct(request.getProperties());
  const response = new messages.CreateResponse();
  if (request.getPreview()) return response.setProperties(toStruct(expected(type, inputs)));
  const id = idOf(type, inputs);
  if (cloud.get(id) && !repeatable.test(type)) {
    throw new Error(`${type} ${name}: ${id} already exists`);
  }
  const outputs = await outputsOf({ type, name, id, inputs }, place);
  cloud.put({ id, type, inputs, outputs });
  if (place.slow && `${type} ${name}`.includes(place.slow)) await sleep(30_000);
  return response.setId(id).setProperties(toStruct(outputs));
}

/** Of what is not there yet, only what was asked for is known. */
const expected = (type: string, inputs: object): object => ({
  ...Object.fromEntries([...definitionOf(type).outputs.keys()].map((key) => [key, unknownOutput])),
  ...inputs,
});

function read({ cloud }: CloudServer, request: Messages.ReadRequest): Messages.ReadResponse {
  const found = cloud.get(request.getId());
  if (!found) return new messages.ReadResponse();
  return new messages.ReadResponse()
    .setId(found.id)
    .setInputs(toStruct(found.inputs))
    .setProperties(toStruct(found.outputs));
}

async function update({ cloud, place }: CloudServer, request: Messages.UpdateRequest) {
  const type = request.getType();
  const id = request.getId();
  const inputs = fromStruct(request.getNews());
  const response = new messages.UpdateResponse();
  if (request.getPreview()) {
    return response.setProperties(toStruct({ ...fromStruct(request.getOlds()), ...inputs }));
  }
  if (!cloud.get(id)) throw new Error(`${type}: ${id} is not there`);
  const outputs = await outputsOf({ type, name: nameIn(request.getUrn()), id, inputs }, place);
  cloud.put({ id, type, inputs, outputs });
  return response.setProperties(toStruct(outputs));
}

/** @throws when something still refers to it, or it is protected by an input of its own */
function remove({ cloud }: CloudServer, request: Messages.DeleteRequest) {
  const id = request.getId();
  const found = cloud.get(id);
  if (found?.inputs.deletionProtection === true) throw new Error(`${id} has deletionProtection`);
  const [user] = found ? cloud.usersOf(id) : [];
  if (user) throw new Error(`${id} is still used by ${user.id}`);
  cloud.remove(id);
  return new empty.Empty();
}

const nameIn = (urn: string): string => urn.split("::").at(-1) ?? "";
