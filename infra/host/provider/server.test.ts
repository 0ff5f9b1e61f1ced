import type { Metadata } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import { expect, test } from "vitest";
import { HalfMade, unknownOutput } from "./resource.ts";
import { type AnyResourceType, createHandlers, fromStruct, toStruct } from "./server.ts";

type Answer<Message> = { error?: { message: string; metadata: Metadata }; message?: Message };

function call<Message>(type: Partial<AnyResourceType>, method: string, request: object) {
  const whole = { outputs: [], ...type } as unknown as AnyResourceType;
  const handlers = createHandlers({
    load: async () => whole,
    contextFor: () => ({ signal: new AbortController().signal, report: () => {} }),
    cancel: () => {},
  });
  return new Promise<Answer<Message>>((resolve) => {
    const handle = handlers[method] as unknown as (call: object, callback: unknown) => void;
    handle({ request }, (error: Answer<Message>["error"] | null, message: Message) =>
      resolve(error ? { error } : { message }),
    );
  });
}

test("a difference names the changed inputs and those that need a new resource", async () => {
  const request = new messages.DiffRequest()
    .setOldInputs(toStruct({ name: "a", env: { A: "1", B: "2" }, gone: 1 }))
    .setNews(toStruct({ name: "b", env: { B: "2", A: "1" } }));
  const type = { replaceOn: ["name"] };
  const { message } = await call<InstanceType<typeof messages.DiffResponse>>(type, "diff", request);
  expect(message?.getDiffsList().sort()).toEqual(["gone", "name"]);
  expect(message?.getReplacesList()).toEqual(["name"]);
  expect(message?.getDeletebeforereplace()).toBe(true);
});

test("a preview of a creation leaves outputs unknown and makes nothing", async () => {
  const request = new messages.CreateRequest().setPreview(true).setProperties(toStruct({ a: 1 }));
  const { message } = await call<InstanceType<typeof messages.CreateResponse>>(
    { outputs: ["pid"] },
    "create",
    request,
  );
  expect(fromStruct(message?.getProperties())).toEqual({ a: 1, pid: unknownOutput });
});

test("a failure that left something behind tells the engine what to remember", async () => {
  const request = new messages.CreateRequest().setProperties(toStruct({ a: 1 }));
  const create = async () => {
    throw new HalfMade("web", new Error("not ready"));
  };
  const { error } = await call<never>({ create }, "create", request);
  expect(error?.message).toBe("not ready");
  const [encoded] = error?.metadata.get("grpc-status-details-bin") ?? [];
  const [detail] = statuses.Status.deserializeBinary(encoded as Buffer).getDetailsList();
  expect(detail?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
  const bytes = detail?.getValue_asU8() ?? new Uint8Array();
  const half = messages.ErrorResourceInitFailed.deserializeBinary(bytes);
  expect(half.getId()).toBe("web");
  expect(half.getReasonsList()).toEqual(["not ready"]);
  expect(fromStruct(half.getInputs())).toEqual({ a: 1 });
});
