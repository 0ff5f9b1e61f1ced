import { expect, test, vi } from "vitest";
import { RefusedError } from "#apps/kit/dapr/sidecar-fetch.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { createAddresses } from "./addresses.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

test("backend is asked for the address of a user, in the trace of what is to be sent", async () => {
  const get = vi.fn(async () => ({ email: "alice@todo.example" }));
  expect(await createAddresses({ get })("alice", traceparent)).toBe("alice@todo.example");
  const query = new URLSearchParams({ user_id: "alice" });
  expect(get).toHaveBeenCalledExactlyOnceWith("backend", "/addresses", query, traceparent);
});

test("a user whom backend does not know has no address", async () => {
  const get = () => Promise.reject(new RefusedError("backend answered 404", 404));
  expect(await createAddresses({ get })("nobody", traceparent)).toBeUndefined();
});

test.for([
  ["an absent backend", new AwayError("later")],
  ["an access list that has yet to be mended", new RefusedError("not allowed", 403)],
] as const)("mail waits for its address behind %s", async ([, error]) => {
  const get = () => Promise.reject(error);
  await expect(createAddresses({ get })("alice", traceparent)).rejects.toThrow(AwayError);
});
