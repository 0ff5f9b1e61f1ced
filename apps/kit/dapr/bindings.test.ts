import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { createBindings } from "./bindings.ts";
import { createJobs } from "./jobs.ts";

type Sends = ServiceContract & { readonly bindings: readonly ["mail"] };
type Mail = { data: string; metadata: { emailTo: string } };
type Asked = { method: string; url: string; token: string | undefined; body: unknown };

let server: Server | undefined;
afterEach(() => server?.close());

const envOf = (port: number) =>
  ({ DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: port, DAPR_API_TOKEN: "a token" }) as CommonEnv;

async function sidecar(answer: (asked: Asked) => Promise<number> | number): Promise<CommonEnv> {
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method = "", url = "", headers } = request;
    const token = headers["dapr-api-token"] as string | undefined;
    const status = await answer({ method, url, token, body: text && JSON.parse(text) });
    response.writeHead(status).end("the reason");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return envOf((server.address() as AddressInfo).port);
}

test("fifty sends at once reach fifty recipients through a binding that shares its metadata", async () => {
  // As the SMTP binding does it: the recipient is written down first, and read when it is sent.
  let emailTo = "";
  const sent: string[] = [];
  const env = await sidecar(async ({ body }) => {
    const { data, metadata } = body as Mail;
    emailTo = metadata.emailTo;
    await sleep(1);
    sent.push(`${data} to ${emailTo}`);
    return 204;
  });
  const send = createBindings<Sends>(env);
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  await Promise.all(numbers.map((number) => send("mail", `${number}`, { emailTo: `${number}` })));
  expect(sent).toEqual(numbers.map((number) => `${number} to ${number}`));
});

test("one send that gets no answer does not hold up the next for ever", async () => {
  let count = 0;
  const env = await sidecar(() => (count++ === 0 ? new Promise(() => {}) : 204));
  const send = createBindings<Sends>(env, 1_000);
  await expect(send("mail", "", {})).rejects.toThrow(AwayError);
  expect(await send("mail", "", {})).toMatchObject({ status: 204 });
});

test("a job is written over one of its name, for a time with its zone", async () => {
  const asked: Asked[] = [];
  const env = await sidecar((one) => {
    asked.push(one);
    return 204;
  });
  await createJobs(env).schedule("reminder-1", new Date("2026-01-31T08:00:00Z"), { a: 1 });
  await createJobs(env).delete("reminder-1");
  const token = "a token";
  expect(asked).toEqual([
    {
      method: "POST",
      url: "/v1.0-alpha1/jobs/reminder-1",
      token,
      body: { dueTime: "2026-01-31T08:00:00.000Z", data: { a: 1 }, overwrite: true },
    },
    { method: "DELETE", url: "/v1.0-alpha1/jobs/reminder-1", token, body: "" },
  ]);
});

test("a sidecar without a scheduler is away, one that refuses a job is not", async () => {
  const jobs = (env: CommonEnv) => createJobs(env).schedule("a", new Date(), {});
  const fault = async (env: CommonEnv) => jobs(env).catch((error: unknown) => error);
  expect(await fault(await sidecar(() => 500))).toBeInstanceOf(AwayError);
  server?.close();
  const refused = await fault(await sidecar(() => 403));
  expect(refused).not.toBeInstanceOf(AwayError);
  expect(String(refused)).toContain("the reason");
  expect(await fault(envOf(1))).toBeInstanceOf(AwayError);
});
