import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import { serve } from "../serve.ts";
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

serve(createHandlers({ contextFor, cancel: () => interrupted.abort() }));
