import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import services from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as Resources from "@pulumi/pulumi/proto/resource_pb.js";
import resources from "@pulumi/pulumi/proto/resource_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { toStruct } from "#infra/host/provider/server.ts";
import type { KubeObject } from "./objects.ts";
import { guarded } from "./secrets.ts";

export type Child = {
  readonly parent: string;
  readonly name: string;
  readonly object: KubeObject;
  /** URNs of what must be there before it and go after it. */
  readonly after: readonly string[];
};

/** The engine as a component sees it: to register itself and what it is made of. */
export function openMonitor(request: Messages.ConstructRequest) {
  const address = request.getMonitorendpoint();
  const client = new services.ResourceMonitorClient(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const register = async (message: Resources.RegisterResourceRequest): Promise<string> => {
    inherit(message, request);
    const call = promisify(client.registerResource.bind(client)) as (
      message: Resources.RegisterResourceRequest,
    ) => Promise<Resources.RegisterResourceResponse>;
    const response = await call(message);
    if (response.getResult() !== resources.Result.SUCCESS) {
      throw new Error(`${message.getName()} failed`);
    }
    return response.getUrn();
  };
  return {
    /** The component itself; resolves to its URN. */
    component: (): Promise<string> => register(componentOf(request)),
    /** One object of it; resolves to its URN when it was made. */
    child: (child: Child): Promise<string> => register(childOf(child, request)),
    outputs: async (urn: string, outputs: Struct): Promise<void> => {
      const message = new resources.RegisterResourceOutputsRequest().setUrn(urn);
      await promisify(client.registerResourceOutputs.bind(client) as Outputs)(
        message.setOutputs(outputs),
      );
    },
    close: (): void => client.close(),
  };
}

type Outputs = (
  message: Resources.RegisterResourceOutputsRequest,
  done: (error: Error | null) => void,
) => void;

function componentOf(request: Messages.ConstructRequest): Resources.RegisterResourceRequest {
  const message = new resources.RegisterResourceRequest()
    .setType(request.getType())
    .setName(request.getName())
    .setParent(request.getParent())
    .setObject(toStruct({}))
    .setDependenciesList(request.getDependenciesList())
    .setAliasesList(request.getAliasesList())
    .setAliasspecs(true);
  request.getProvidersMap().forEach((provider, name) => {
    message.getProvidersMap().set(name, provider);
  });
  return message;
}

function childOf(
  { parent, name, object, after }: Child,
  request: Messages.ConstructRequest,
): Resources.RegisterResourceRequest {
  const { apiVersion, kind } = object;
  const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const provider = request.getProvidersMap().get("kubernetes");
  const message = new resources.RegisterResourceRequest()
    .setType(`kubernetes:${version}:${kind}`)
    .setName(name)
    .setParent(parent)
    .setCustom(true)
    .setObject(toStruct(guarded(object)))
    .setDependenciesList([...after])
    .setAcceptsecrets(true);
  if (provider !== undefined) message.setProvider(provider);
  return message;
}

/** What a component is told holds for all that it is made of. */
function inherit(
  message: Resources.RegisterResourceRequest,
  request: Messages.ConstructRequest,
): void {
  message.setSupportsresultreporting(true).setSupportspartialvalues(true);
  message.setDeletedwith(request.getDeletedwith());
  if (request.hasProtect()) message.setProtect(request.getProtect() ?? false);
  if (request.hasRetainondelete()) message.setRetainondelete(request.getRetainondelete() ?? false);
}
