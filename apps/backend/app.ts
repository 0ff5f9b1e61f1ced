import type { services } from "#apps/contracts/services.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import { authenticated } from "#apps/kit/http/identity.ts";
import { limited } from "#apps/kit/limits/limited.ts";
import { createLimiter } from "#apps/kit/limits/limiter.ts";
import { quotasOf } from "#apps/kit/limits/quota.ts";
import { createDocumentRoutes } from "#apps/kit/openapi/routes.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { type Accounts, type AccountsDeps, createAccounts } from "./accounts/accounts.ts";
import { createListCache } from "./list-cache.ts";
import { createMakeChange } from "./make-change.ts";
import { createMcpRoutes, fromOurNames, mcpPath } from "./mcp/routes.ts";
import { createTools } from "./mcp/tools.ts";
import { createOccurrenceRoutes } from "./occurrences/routes.ts";
import { type Api as ApiOfOperations, apiOf } from "./operations/api.ts";
import { createFiring, createReminderMetrics } from "./reminders/firing.ts";
import { createNotificationRoutes, listNotification } from "./reminders/notifications.ts";
import { createReminderRoutes } from "./reminders/routes.ts";
import { createReminderScheduler } from "./reminders/scheduler.ts";
import { createSetReminders } from "./reminders/set.ts";
import { createReminderStore } from "./reminders/store.ts";
import { createActivityReader, createActivityRoutes } from "./routes/activity.ts";
import { createChangeRoutes } from "./routes/changes.ts";
import { createTaskRoutes } from "./routes/tasks.ts";
import { createTaskStore } from "./store.ts";
import { readSequence } from "./task-list.ts";

type Contract = (typeof services)["backend"];

/** The API as Hono's typed client wants it. */
export type Api = ApiOfOperations;

export type BackendDeps = Pick<
  Runtime<Contract>,
  | "connection"
  | "outbox"
  | "sidecar"
  | "jobs"
  | "relay"
  | "redis"
  | "state"
  | "createApp"
  | "log"
  | "metrics"
  | "sendByBinding"
> & {
  readonly env: Pick<Runtime<Contract>["env"], "RATE_LIMITS"> & AccountsDeps["env"];
};

/** Accounts as the app has them, which are more than its routes: see `main.ts`. */
export const accountsOf = (deps: BackendDeps): Accounts =>
  createAccounts({
    ...deps,
    database: deps.connection.database,
    limiter: createLimiter(deps.redis),
    quotas: quotasOf(deps.env.RATE_LIMITS),
    wake: (lane) => deps.relay?.wake(lane),
  });

/** The REST API of tasks, their reminders, notifications and activity. */
export function createApp(deps: BackendDeps, accounts: Accounts = accountsOf(deps)) {
  const { env, connection, sidecar } = deps;
  const { limiter, quotas } = accounts;
  const database = connection.database;
  const wake = (lane: number) => deps.relay?.wake(lane);
  const reminders = createReminderStore(database, deps.outbox);
  const scheduler = createReminderScheduler(database, deps.jobs, deps.log);
  const metrics = createReminderMetrics(deps.metrics.registry);
  const store = createTaskStore(database, deps.outbox, async (tx, actor, change, row) => {
    const { traceparent } = actor;
    const changed =
      change === "created"
        ? await reminders.inherit(tx, row, traceparent)
        : await reminders.follow(tx, row, change === "deleted", traceparent);
    if (changed) scheduler.soon();
  });
  const handlers: Handlers<Contract> = {
    notifications: (event, { tx }) => listNotification(tx, event, metrics),
  };
  const app = deps.createApp(
    handlers,
    createFiring({ store: reminders, scheduler, metrics, wake }),
  );

  const limit = limited({ limiter, quotas, trustedProxies: Number(env.TRUSTED_PROXIES) });
  app.use(mcpPath, fromOurNames(env.ALLOWED_ORIGINS));
  for (const path of ["/api/*", mcpPath]) app.use(path, accounts.identified, limit);
  app.route("/api/auth", accounts.routes);
  app.route("/addresses", accounts.addressRoutes);
  app.route("/identities", accounts.identityRoutes);
  app.use("/api/notifications/*", authenticated);
  app.use("/api/tasks/*", authenticated);
  app.use("/api/activity/*", authenticated);
  app.use(mcpPath, authenticated);
  const setReminders = createSetReminders({ store: reminders, scheduler, log: deps.log });
  app.route("/api/tasks", createReminderRoutes({ store: reminders, setReminders }));
  app.route("/api/notifications", createNotificationRoutes(database));
  const list = createListCache({
    state: deps.state,
    sequenceOf: (userId) => readSequence(database, userId),
    read: store.page,
  });
  const makeChange = createMakeChange({ database, wake });
  app.route("/api/tasks", createTaskRoutes({ makeChange, store, list }));
  const appApiToken = env.APP_API_TOKEN;
  app.route("/", createOccurrenceRoutes({ database, store, appApiToken, wake }));
  const readActivity = createActivityReader(sidecar);
  app.route("/api/activity", createActivityRoutes(readActivity));
  const changes = { makeChange, store, list, reminders, setReminders, readActivity };
  app.route(mcpPath, createMcpRoutes(createTools(changes)));
  app.route("/", createDocumentRoutes(apiOf(env)));
  app.route("/changes", createChangeRoutes(database, env.APP_API_TOKEN));
  return app;
}
