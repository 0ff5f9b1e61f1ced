import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Context } from "./resource.ts";
import { type AnyResourceType, createHandlers } from "./server.ts";

// What a resource needs, as the clients of Kafka and Postgres, is loaded when it is first used.
const types: Readonly<Record<string, () => Promise<AnyResourceType>>> = {
  "host:index:Process": async () => (await import("./process.ts")).processType,
  "host:index:Job": async () => (await import("./job.ts")).jobType,
  "host:index:Password": async () => (await import("./password.ts")).passwordType,
  "host:index:DatabaseRole": async () => (await import("./database-role.ts")).databaseRoleType,
  "host:index:KafkaTopic": async () => (await import("./kafka-topic.ts")).kafkaTopicType,
  "host:index:KafkaUser": async () => (await import("./kafka-user.ts")).kafkaUserType,
  "host:index:RedisKeys": async () => (await import("./redis-keys.ts")).redisKeysType,
};

async function load(token: string): Promise<AnyResourceType> {
  const type = types[token];
  if (!type) throw new Error(`The provider "host" has no resource ${token}.`);
  return type();
}

/** Sends lines to the engine's display; without an engine's address they go nowhere. */
function createReporter(engineAddress: string | undefined) {
  if (!engineAddress) return () => {};
  const client = new engineService.EngineClient(engineAddress, credentials.createInsecure());
  // One after the other: the display keeps the last line that arrives.
  let sent = Promise.resolve();
  return (urn: string, kind: "status" | "info", message: string) => {
    const request = new engine.LogRequest()
      .setSeverity(engine.LogSeverity.INFO)
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(kind === "status");
    // Only a display: an engine that is going away must not fail the operation.
    sent = sent.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  };
}

const interrupted = new AbortController();
const report = createReporter(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
const contextFor = (urn: string): Context => ({
  signal: interrupted.signal,
  report: (kind, message) => report(urn, kind, message),
});

const server = new Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  provider.ResourceProviderService,
  createHandlers({ load, contextFor, cancel: () => interrupted.abort() }),
);
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
setInterval(() => process.ppid === parent || process.exit(1), 1000).unref();
