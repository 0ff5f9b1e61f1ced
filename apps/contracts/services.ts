import type { BindingName, ScheduleName, StateStoreKind } from "./dapr.ts";
import type { DeadLetterTopic, Topic } from "./topics.ts";
import { deadLetterTopic } from "./topics.ts";

/**
 * How the effect of a subscription meets its event, and so what its handler is given:
 * `transactional`: the handler writes in the transaction that records the event's id;
 * `unique-key`: the effect is one write whose unique key is the event's id, so that writing it
 * again changes nothing and no other record is needed;
 * `idempotent-call`: the handler may run again and its effect has a natural key elsewhere;
 * `ephemeral`: nothing is recorded, and what fails is dropped (no dead letter).
 * Only a transactional one keeps the order of a partition: events of the others come together.
 */
export type EffectKind = "transactional" | "unique-key" | "idempotent-call" | "ephemeral";

/** What only a deployment knows and a service must be told, by environment variable. */
export type EnvName =
  | "DATABASE_URL"
  | "REDIS_URL"
  | "TOKEN_SECRET"
  | "PUBLIC_URL"
  | "OPERATORS"
  | "OPERATOR_PASSWORD"
  | "OIDC_ISSUER"
  | "OIDC_AUDIENCE"
  | "ACTIVITY_RETENTION_DAYS"
  | "RATE_LIMITS"
  | "TRUSTED_PROXIES"
  | "ALLOWED_ORIGINS"
  | "GATEWAY"
  | "PAGE_FOLDER";

/** What a service is told by the stack itself; the other names come from what it stands on. */
export type StackEnvName = Exclude<EnvName, "DATABASE_URL" | "REDIS_URL">;

/** An HTTP call between services, as the access list of the callee knows it. */
export type Invocation = { readonly method: "GET" | "POST"; readonly path: string };

export type ServiceContract = {
  /** Where the app listens in a cluster; on the local stack the stack chooses. */
  readonly port: number;
  /**
   * Paths that the gateway sends to this service, with all below them; `/` is the page alone, so
   * that what is not named here (metrics, routes for the sidecar) is never reached. None means that
   * the service is never reached from outside.
   */
  readonly publicPaths: readonly string[];
  readonly publishes: readonly Topic[];
  readonly subscribes: { readonly [T in Topic]?: EffectKind };
  /** Calls to other services through the sidecars, by the callee's app-id. */
  readonly invokes: { readonly [appId: string]: readonly Invocation[] };
  /** Uses the Dapr state store. */
  readonly state: boolean;
  /** Talks to Redis itself, for what the state store lacks: atomic counters and wake-ups. */
  readonly redis?: boolean;
  /** Output bindings that it calls through its sidecar. */
  readonly bindings?: readonly BindingName[];
  /** What its sidecar calls it for again and again, on every replica; a cron binding each. */
  readonly schedules?: readonly ScheduleName[];
  /** Has its sidecar call it at exact times: Dapr jobs. */
  readonly jobs?: boolean;
  /** Has a schema and a role of its own in PostgreSQL, and migrations in its folder. */
  readonly database: boolean;
  readonly env: readonly EnvName[];
  /** How often it runs in a cluster at least, where that is more than its size asks for. */
  readonly leastReplicas?: number;
  /**
   * Works off what others have done, which waits in Kafka meanwhile: where processors are busy, it
   * gives way to those that answer requests.
   */
  readonly background?: boolean;
};

const service = <const S extends ServiceContract>(contract: S): S => contract;

/** The map: every service by its app-id. What a service does not declare here it cannot do. */
export const services = {
  backend: service({
    port: 8000,
    publicPaths: ["/api", "/mcp", "/openapi.json", "/docs"],
    publishes: ["task-events", "task-updates", "reminders", "user-events"],
    subscribes: { notifications: "transactional" },
    invokes: { audit: [{ method: "GET", path: "/activity" }] },
    state: true,
    redis: true,
    bindings: ["mail"],
    schedules: ["reminder-sweep"],
    jobs: true,
    database: true,
    env: [
      "DATABASE_URL",
      "REDIS_URL",
      "TOKEN_SECRET",
      "PUBLIC_URL",
      "OPERATORS",
      "OPERATOR_PASSWORD",
      "OIDC_ISSUER",
      "OIDC_AUDIENCE",
      "RATE_LIMITS",
      "TRUSTED_PROXIES",
      "ALLOWED_ORIGINS",
    ],
  }),
  notification: service({
    port: 8001,
    publicPaths: [],
    publishes: ["notifications"],
    subscribes: { reminders: "transactional", "user-events": "transactional" },
    invokes: { backend: [{ method: "GET", path: "/addresses" }] },
    state: false,
    bindings: ["mail"],
    database: true,
    background: true,
    env: ["DATABASE_URL"],
  }),
  audit: service({
    port: 8004,
    publicPaths: [],
    publishes: [],
    subscribes: {
      "task-events": "unique-key",
      reminders: "unique-key",
      notifications: "unique-key",
      "user-events": "unique-key",
    },
    invokes: {},
    state: false,
    database: true,
    background: true,
    env: ["DATABASE_URL", "ACTIVITY_RETENTION_DAYS"],
  }),
  recurring: service({
    port: 8002,
    publicPaths: [],
    publishes: [],
    subscribes: { "task-events": "idempotent-call" },
    invokes: { backend: [{ method: "POST", path: "/internal/occurrences" }] },
    state: false,
    database: false,
    background: true,
    env: [],
  }),
  web: service({
    port: 8005,
    publicPaths: [
      "/",
      "/assets",
      "/sw.js",
      "/tasks",
      "/inbox",
      "/history",
      "/sign-in",
      "/register",
      "/forgot-password",
      "/reset-password",
    ],
    publishes: [],
    subscribes: {},
    invokes: {},
    state: false,
    database: false,
    env: ["GATEWAY", "PAGE_FOLDER"],
  }),
  sync: service({
    port: 8003,
    publicPaths: ["/ws"],
    publishes: [],
    subscribes: { "task-updates": "ephemeral", notifications: "ephemeral" },
    invokes: {
      backend: [
        { method: "GET", path: "/changes" },
        { method: "GET", path: "/changes/heads" },
        { method: "POST", path: "/identities" },
      ],
    },
    state: false,
    redis: true,
    database: false,
    background: true,
    env: ["REDIS_URL", "PUBLIC_URL", "ALLOWED_ORIGINS"],
    leastReplicas: 2,
  }),
} as const satisfies Record<string, ServiceContract>;

export type AppId = keyof typeof services;

/** All app-ids, in the order of the map. */
export const appIds = Object.keys(services) as AppId[];

/** The contract of a service, widened: for code that treats all services alike. */
export const contractOf = (appId: AppId): ServiceContract => services[appId];

/** The topics that a service subscribes to, each with the kind of its effect. */
export const subscriptionsOf = (contract: ServiceContract): [Topic, EffectKind][] =>
  Object.entries(contract.subscribes) as [Topic, EffectKind][];

/** Whether anything of a service's pod goes to Redis: its sidecar or the service itself. */
export const reachesRedis = (
  { state, redis }: ServiceContract,
  stateIn: StateStoreKind = "redis",
): boolean => (state && stateIn === "redis") || redis === true;

/** The same for PostgreSQL. */
export const reachesPostgres = (
  contract: ServiceContract,
  stateIn: StateStoreKind = "redis",
): boolean => contract.database || (contract.state && stateIn === "postgres");

/** The services that call an output binding, in the order of the map. */
export const usersOf = (binding: BindingName): AppId[] =>
  appIds.filter((appId) => contractOf(appId).bindings?.includes(binding));

/** Who calls a service, and where, in the order of the map: read from what the callers declare. */
export const callersOf = (
  callee: AppId,
): { readonly caller: AppId; readonly invocations: readonly Invocation[] }[] =>
  appIds
    .map((caller) => ({ caller, invocations: contractOf(caller).invokes[callee] ?? [] }))
    .filter(({ invocations }) => invocations.length > 0);

/** The dead-letter topics that a service writes: one per subscription that is not ephemeral. */
export const deadLettersOf = (appId: AppId): DeadLetterTopic[] =>
  subscriptionsOf(services[appId])
    .filter(([, effect]) => effect !== "ephemeral")
    .map(([topic]) => deadLetterTopic(topic, appId));
