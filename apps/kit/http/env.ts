import { z } from "zod";
import type { EnvName, ServiceContract } from "#apps/contracts/services.ts";
import { saysQuotas } from "#apps/kit/limits/quota.ts";
import { tokenSecretsOf } from "./session-cookie.ts";

/** What every service is told, whatever it does. */
const common = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(1).max(65_535),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  /** `false` runs the service without a sidecar; the outbox keeps what it would publish. */
  DAPR_ENABLED: z.enum(["true", "false"]).default("true"),
  DAPR_HOST: z.string().default("127.0.0.1"),
  DAPR_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).default(3500),
  /** What the service shows to its sidecar, and the sidecar to the service. */
  DAPR_API_TOKEN: z.string().default(""),
  APP_API_TOKEN: z.string().default(""),
  /** Where spans are sent, in Zipkin's format; none are recorded when it is empty. */
  ZIPKIN_ENDPOINT: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]).default(""),
  /** Share of the traces begun here that are recorded. */
  TRACE_SAMPLING: z.coerce.number().min(0).max(1).default(1),
});

const declarable: Record<EnvName, z.ZodType<string>> = {
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// address"),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, "must be a redis:// or rediss:// address"),
  /** What guards sessions and signing keys: the first signs, the others are taken besides. */
  TOKEN_SECRET: z
    .string()
    .refine(
      (text) => tokenSecretsOf(text) !== undefined,
      "must be secrets of 32 characters or more, each with its number: 2:secret,1:secret",
    ),
  /** Where people reach the stack: scheme, host and port. */
  PUBLIC_URL: z.string().refine(isOrigin, "must be scheme, host and port, as https://todo.example"),
  /** E-mail addresses of operators, with commas between them. */
  OPERATORS: z.string().refine(areAddresses, "must be e-mail addresses with commas between them"),
  OPERATOR_PASSWORD: z.string().min(16, "must have 16 characters or more").max(128),
  /** An issuer of OpenID Connect whose tokens are taken too, and the audience they name, or empty. */
  OIDC_ISSUER: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]),
  OIDC_AUDIENCE: z.string(),
  // Read by the gateway itself: a port and the services behind it, or nothing.
  GATEWAY: z.string(),
  /** Where the page of this service lies when it is built. */
  PAGE_FOLDER: z.string().min(1),
  ACTIVITY_RETENTION_DAYS: z.string().refine((days) => Number(days) >= 30, "must be 30 or more"),
  RATE_LIMITS: z.string().refine(saysQuotas, "must be `off`, or as user=600/60,address=6000/60"),
  TRUSTED_PROXIES: z.string().regex(/^\d$/, "must be a number of proxies, 0 to 9"),
  /** Origins of pages that may connect, as `https://todo.example`, with commas between them. */
  ALLOWED_ORIGINS: z.string().refine(areOrigins, "must be origins with commas between them"),
};

export type CommonEnv = z.infer<typeof common>;
export type Env<S extends ServiceContract> = CommonEnv & Record<S["env"][number], string>;

function areOrigins(list: string): boolean {
  return list.split(",").every((one) => one === "" || isOrigin(one));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function areAddresses(list: string): boolean {
  return list.split(",").every((one) => one === "" || z.email().safeParse(one).success);
}

/** Reads the environment of a service by its contract, or ends the process naming each fault. */
export function readEnv<S extends ServiceContract>(
  contract: S,
  variables: NodeJS.ProcessEnv = process.env,
): Env<S> {
  const declared = Object.fromEntries(contract.env.map((name) => [name, declarable[name]]));
  const parsed = common.extend(declared).safeParse(variables);
  if (parsed.success) return parsed.data as Env<S>;
  for (const issue of parsed.error.issues) {
    console.error(`environment: ${issue.path.join(".")}: ${issue.message}`);
  }
  process.exit(78); // EX_CONFIG of sysexits.h
}
