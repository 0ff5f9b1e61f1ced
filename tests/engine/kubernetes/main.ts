import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { createHandlers } from "./server.ts";
import type { Context } from "./waiting.ts";

// A stand-in for pulumi-resource-kubernetes, which the engine starts: once for each provider of
// the program, so that each has a cluster of its own.

const interrupted = new AbortController();
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const log =
  engineAddress && new engineService.EngineClient(engineAddress, credentials.createInsecure());

/** Shows with the resource what is waited for. */
const report = (urn: string, message: string): void => {
  if (!log) return;
  const request = new engine.LogRequest()
    .setSeverity(engine.LogSeverity.INFO)
    .setUrn(urn)
    .setMessage(message)
    .setEphemeral(true);
  // Only a display: an engine that is going away must not fail the operation.
  log.log(request, () => {});
};

const contextFor = (urn: string, timeoutSeconds = 0): Context => ({
  signal: interrupted.signal,
  timeoutSeconds,
  report: (message) => report(urn, message),
});

const server = new Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  provider.ResourceProviderService,
  createHandlers({ contextFor, cancel: () => interrupted.abort() }),
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  console.log(String(port));
});

// Ctrl-C goes to the engine, which then calls `cancel` and waits for what is under way.
process.on("SIGINT", () => process.exit(0));
// An engine that was killed does not stop its plugins.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 1_000).unref();
