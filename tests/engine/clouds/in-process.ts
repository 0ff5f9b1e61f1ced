import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import * as automation from "@pulumi/pulumi/automation/server.js";
import language from "@pulumi/pulumi/proto/language_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";

// What the Automation API runs inline programs with; its types keep quiet about it.
const { LanguageServer } = automation as unknown as {
  readonly LanguageServer: new (program: () => Promise<object>) => UntypedServiceImplementation;
};

/** What the engine is told so that it finds program and providers in this process. */
export type Served = {
  /** Where the program is served, as `127.0.0.1:4000`. */
  readonly program: string;
  /** By which the engine finds the providers. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void;
};

/**
 * Serves a program and providers from this process: the engine then starts none of its own, and
 * what takes them seconds each time, loading SDKs and reading their type definitions, is done once.
 */
export async function serveInProcess(
  program: () => Promise<object>,
  providers: Readonly<Record<string, UntypedServiceImplementation>>,
): Promise<Served> {
  const servers: Server[] = [];
  const open = async (
    service: ServiceDefinition,
    handlers: UntypedServiceImplementation,
  ): Promise<number> => {
    const server = new Server({ "grpc.max_receive_message_length": -1 });
    servers.push(server);
    server.addService(service, handlers);
    return bound(server);
  };
  const host = await open(language.LanguageRuntimeService as never, new LanguageServer(program));
  const attached: string[] = [];
  for (const [name, handlers] of Object.entries(providers)) {
    const port = await open(provider.ResourceProviderService as never, handlers);
    attached.push(`${name}:${port}`);
  }
  return {
    program: `127.0.0.1:${host}`,
    env: { PULUMI_DEBUG_PROVIDERS: attached.join(",") },
    stop: () => {
      for (const server of servers) server.forceShutdown();
    },
  };
}

const bound = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
