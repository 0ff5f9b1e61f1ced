import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type AppId, appIds } from "#apps/contracts/services.ts";
import { Refusal } from "#commands/run.ts";

const serviceAddresses = z.object({
  url: z.string(),
  sidecarUrl: z.string(),
  urls: z.array(z.string()).min(1),
  sidecarUrls: z.array(z.string()).min(1),
});

const stack = z.object({
  baseUrl: z.string(),
  stackFolder: z.string(),
  services: z.record(z.enum(appIds as [AppId, ...AppId[]]), serviceAddresses),
  kafka: z.object({
    brokers: z.array(z.string()).min(1),
    mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
    username: z.string(),
    password: z.string(),
  }),
  postgres: z.object({ adminUrl: z.string() }),
  mail: z.string().optional(),
  operator: z.object({ email: z.string().optional(), password: z.string() }),
  zipkin: z.string().optional(),
});

/** What the commands write down of the local stack while it is up: where its parts listen. */
export type Stack = z.infer<typeof stack>;

export const repositoryFolder = fileURLToPath(new URL("../..", import.meta.url));

const stackFile = fileURLToPath(new URL("../../.local/stack.json", import.meta.url));

/** The local stack, or undefined when it has not been started. */
export function findStack(): Stack | undefined {
  if (!existsSync(stackFile)) return undefined;
  const parsed = stack.safeParse(JSON.parse(readFileSync(stackFile, "utf8")));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Refusal(`${stackFile} is not what \`npm start\` writes: ${faults.join("; ")}`);
}

/** The local stack; throws a Refusal that names the remedy when it has not been started. */
export function requireStack(): Stack {
  const found = findStack();
  if (!found) throw new Refusal("the local stack is not up: start it with `npm start`");
  return found;
}

/** Throws a Refusal unless the API at this address answers in the way of the application. */
export async function requireApi(baseUrl: string): Promise<void> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(10_000);
    response = await fetch(new URL("/api/tasks", baseUrl), { signal });
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new Refusal(
      `nothing answers at ${baseUrl} (${reason}): start the local stack with \`npm start\`, or ` +
        "name another with --url",
    );
  }
  const type = response.headers.get("content-type") ?? "no type";
  if (response.status === 401 && type.includes("application/problem+json")) return;
  throw new Refusal(
    `${baseUrl} answers GET /api/tasks with ${response.status} (${type}), where the application ` +
      "has a problem document of 401 for whoever shows no token: is this its address?",
  );
}
