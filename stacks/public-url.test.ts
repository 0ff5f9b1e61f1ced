import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { readConfig } from "./config.ts";
import { publicUrlOf, warnOfPublicUrl } from "./public-url.ts";

const gateway = { enabled: true, host: "todo.example" };
const none = { enabled: false, host: "todo.localhost" };
const elsewhere = "https://todo.other.example";

afterEach(() => void vi.restoreAllMocks());

test.each([
  [{ ingress: gateway }, "https://todo.example"],
  [{ ingress: none, publicUrl: elsewhere }, elsewhere],
  [{ ingress: none }, "http://localhost:8080"],
])("%j is reached at %s", (config, url) => {
  expect(publicUrlOf(config)).toBe(url);
});

test("a stack without a gateway says that nobody told how it is reached, others say nothing", () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  warnOfPublicUrl({ ingress: gateway });
  warnOfPublicUrl({ ingress: none, publicUrl: elsewhere });
  expect(warn).not.toHaveBeenCalled();
  warnOfPublicUrl({ ingress: none });
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("config set publicUrl"));
});

const read = (changes: object) =>
  readConfig({
    "todo-evolution:target": "kubernetes",
    "todo-evolution:size": "dev",
    "todo-evolution:cluster": '{"kind":"minikube"}',
    ...changes,
  });
const key = "todo-evolution:publicUrl";
const off = { "todo-evolution:ingress": '{"enabled":false}' };

test("an address is of a stack without a gateway, or the gateway's own", () => {
  expect(read({ [key]: elsewhere, ...off })).toMatchObject({ publicUrl: elsewhere });
  expect(read({ [key]: "https://todo.localhost" })).toMatchObject({ ingress: { enabled: true } });
  expect(() => read({ [key]: elsewhere })).toThrow("the gateway of this stack serves");
  expect(() => read({ [key]: `${elsewhere}/app`, ...off })).toThrow("scheme, host and port only");
});
