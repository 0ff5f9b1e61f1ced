import { Metadata, status } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { HalfMade } from "./resource.ts";

/** An error as gRPC carries it; details in metadata. */
export interface GrpcError {
  readonly code: status;
  readonly message: string;
  readonly details: string;
  readonly metadata: Metadata;
}

/**
 * Turns an error into the engine's words. A half made resource goes into the details, in the way
 * of the SDK's own server (`grpcResponseFromError` in @pulumi/pulumi/provider/server.js).
 */
export function toServiceError(error: unknown): GrpcError {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof HalfMade) {
    const { inputs, properties } = error as HalfMade & Record<"inputs" | "properties", object>;
    const detail = new messages.ErrorResourceInitFailed()
      .setId(error.id)
      .setInputs(structOf(inputs))
      .setProperties(structOf(properties))
      .setReasonsList([message]);
    const wrapped = new any.Any();
    wrapped.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const whole = new statuses.Status();
    whole.setCode(status.UNKNOWN).setMessage(message).setDetailsList([wrapped]);
    metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  }
  return { code: status.UNKNOWN, message, details: message, metadata };
}

function structOf(value: object) {
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value ?? {})));
}
