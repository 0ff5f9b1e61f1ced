import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows a line with the resource; a status until the next one comes. */
export type Report = (urn: string, kind: "status" | "info", message: string) => void;

/** To the display of the engine that started this process; without its address, to nobody. */
export function createReporter(): Report {
  const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (!address) return () => {};
  const client = new engineService.EngineClient(address, credentials.createInsecure());
  // One after the other: the display keeps the last line that arrives.
  let sent = Promise.resolve();
  return (urn, kind, message) => {
    const request = new engine.LogRequest()
      .setSeverity(engine.LogSeverity.INFO)
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(kind === "status");
    // Only a display: an engine that is going away must not fail the operation.
    sent = sent.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  };
}
