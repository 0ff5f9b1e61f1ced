import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { stateStores } from "#apps/contracts/dapr.ts";
import { type AppId, appIds, contractOf } from "#apps/contracts/services.ts";
import { configCommand } from "#components/config-command.ts";
import { madeCluster } from "#infra/clusters/config.ts";
import { highestPortBase, mostReplicas, usualPortBase } from "#infra/host/port-plan.ts";
import { accountsConfig } from "./accounts.ts";
import { cloudFaults } from "./cloud-checks.ts";
import { type EnvFile, withEnvFile } from "./env-file.ts";
import { externalServices } from "./external-services.ts";
import { kubernetesConfig } from "./kubernetes-config.ts";
import { publicUrl, publicUrlFaults } from "./public-url.ts";
import { rateLimits } from "./rate-limits.ts";

const project = "todo-evolution";

const flag = z.enum(["true", "false"]).transform((value) => value === "true");
const logLevel = z.enum(["trace", "debug", "info", "warn", "error"]).default("info");

/** Origins of pages elsewhere that may connect to `/ws`; the stack's own is always among them. */
const allowedOrigins = z.array(publicUrl).default([]);

const replicaCount = z.coerce.number().int().min(1).max(mostReplicas);
const replicasByService = z.strictObject(
  Object.fromEntries(
    // The gateway has one port.
    appIds.map((appId) => [
      appId,
      appId === "web"
        ? z.literal(1).default(1)
        : replicaCount.default(contractOf(appId).leastReplicas ?? 1),
    ]),
  ),
);

/**
 * One number for every service, or a map by app-id; a service that is not named runs as often as
 * its contract asks for at least.
 */
const replicas = z.unknown().transform((given, context): Readonly<Record<AppId, number>> => {
  const isMap = typeof given === "object" && given !== null;
  const parsed = (isMap ? replicasByService : replicaCount).safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      context.issues.push({ ...issue, input: given } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  }
  const { data } = parsed;
  const all =
    typeof data === "number"
      ? appIds.map((appId) => [appId, appId === "web" ? 1 : data])
      : Object.entries(data);
  return Object.fromEntries(all);
});

const localShape = z.strictObject({
  target: z.literal("local"),
  /** First of the ports; all move with it. Two stacks of one machine are kept 300 apart. */
  portBase: z.coerce.number().int().min(1_024).max(highestPortBase).default(usualPortBase),
  /** Restart the services when their source changes. */
  watch: flag.default(false),
  /** How often each service runs, every replica with a sidecar of its own. */
  replicas: replicas.default(replicasByService.parse({}) as Record<AppId, number>),
  /** Servers of the stack's own, or those that `external` names, as of compose.yaml. */
  services: z.enum(["own", "external"]).default("own"),
  external: externalServices.optional(),
  /** What keeps the state of the services. */
  stateStore: z.enum(stateStores).default("redis"),
  /** Where traces can be looked at; `none` saves 150 MiB of memory. */
  tracing: z.enum(["zipkin", "none"]).default("zipkin"),
  /** Share of the requests whose trace is kept. */
  sampling: z.coerce.number().min(0).max(1).default(1),
  allowedOrigins,
  /** How much the services log. */
  logLevel,
  ...accountsConfig({ operators: ["operator@todo.example"] }),
  /** Requests and sign-ins a minute, resets an hour: here more than the tests need, but for one account. */
  rateLimits: rateLimits({ user: 6_000, address: 1_000_000, login: 6_000, account: 20, reset: 5 }),
});

const local = localShape.superRefine(({ services, external }, context) => {
  if (services === "own" || external !== undefined) return;
  for (const issue of externalServices.safeParse({}).error?.issues ?? []) {
    context.issues.push({ ...issue, path: ["external", ...issue.path], input: undefined } as never);
  }
});

const kubernetes = kubernetesConfig.extend({
  target: z.literal("kubernetes"),
  allowedOrigins,
  logLevel,
});

/** A stack that makes a cluster and nothing on it; others name it by `cluster.kind: stack`. */
const cluster = z.strictObject({
  target: z.literal("cluster"),
  cluster: madeCluster,
  /** Whether a plain destroy is refused until that is lifted. */
  keepData: z.stringbool().or(z.boolean()).default(true),
});

/** The configuration of a stack, by where it stands. */
const config = z.discriminatedUnion("target", [local, kubernetes, cluster]);

export type StackConfig = z.infer<typeof config>;
export type LocalConfig = z.infer<typeof local>;
export type KubernetesConfig = z.infer<typeof kubernetes>;
export type ClusterStackConfig = z.infer<typeof cluster>;

/**
 * Reads the whole configuration of the stack, the only place that does, with what `.env` of the
 * clone says of the local one. What is missing, wrong or
 * unknown ends the run before any resource, with the key, its value and the command to mend it.
 */
export function readConfig(
  values: Readonly<Record<string, string>> = pulumi.runtime.allConfig(),
  env: EnvFile = {},
): StackConfig {
  const prefix = `${project}:`;
  const given = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), structured(value)]),
  );
  const own = withEnvFile(given, env);
  const parsed = config.safeParse(own);
  if (parsed.success) {
    const faults =
      parsed.data.target === "kubernetes"
        ? [...cloudFaults(parsed.data), ...publicUrlFaults(parsed.data)]
        : [];
    if (faults.length === 0) return parsed.data;
    throw new pulumi.RunError(faults.join("\n"));
  }
  throw new pulumi.RunError(parsed.error.issues.flatMap((issue) => explain(issue, own)).join("\n"));
}

/** The engine hands over what was set with `--path` as JSON. */
function structured(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function explain(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknown(issue.path, key, values));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0 && !("discriminator" in issue)) {
    return [...new Set(issue.errors.flat().flatMap((inner) => explain(at(inner, issue), values)))];
  }
  const path = issue.path.length > 0 ? issue.path.map(String) : ["target"];
  const value = valueAt(values, path);
  // What a secret is set to is nobody's business but the engine's.
  const shown = isSecret(path) ? "is not valid" : `is ${JSON.stringify(value)}`;
  return [
    `Configuration key ${path.join(".")} ${value === undefined ? "is not set" : shown}: ` +
      `${issue.message}. Set it: ${configCommand(`set ${option(path)} <value>`)}`,
  ];
}

function unknown(
  path: readonly PropertyKey[],
  key: string,
  values: Readonly<Record<string, unknown>>,
): string {
  const full = [...path.map(String), key];
  const { shape } = [kubernetes, cluster].find(isOf(values.target)) ?? local;
  const known = path.length === 0 ? ` Known keys: ${Object.keys(shape).join(", ")}.` : "";
  return (
    `Unknown configuration key ${full.join(".")}.${known} ` +
    `Remove it: ${configCommand(`rm ${option(full)}`)}`
  );
}

const isOf = (target: unknown) => (schema: typeof kubernetes | typeof cluster) =>
  schema.shape.target.value === target;

const at = (inner: z.core.$ZodIssue, outer: z.core.$ZodIssue): z.core.$ZodIssue => ({
  ...inner,
  path: [...outer.path, ...inner.path],
});

/** As `config set` takes it: a key inside another one wants `--path`, a secret `--secret`. */
const option = (path: readonly string[]): string =>
  [...(isSecret(path) ? ["--secret"] : []), ...(path.length > 1 ? ["--path"] : []), path.join(".")]
    .filter(Boolean)
    .join(" ");

const isSecret = (path: readonly string[]): boolean =>
  /password|secret|key$/i.test(path.at(-1) ?? "");

const valueAt = (values: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    values,
  );
