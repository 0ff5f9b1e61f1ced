import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";

/** Serves a provider to the engine that started this process, until that is gone. */
export function serve(handlers: UntypedServiceImplementation): void {
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  server.addService(provider.ResourceProviderService, handlers);
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    // The engine reads the port from the first line.
    console.log(String(port));
  });
  // The engine's way to say that it is done; we are in a process group of our own, so a Ctrl-C in the
  // terminal reaches the engine alone, which then calls `cancel` and waits for what is under way.
  process.on("SIGINT", () => process.exit(0));
  // An engine that was killed does not stop its plugins. The next `up` continues.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(1), 1_000).unref();
}
