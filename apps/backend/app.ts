import type { services } from "#apps/contracts/services.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import { authenticated } from "#apps/kit/http/bearer.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { createOccurrenceRoutes } from "./occurrences/routes.ts";
import { createActivityRoutes } from "./routes/activity.ts";
import { createChangeRoutes } from "./routes/changes.ts";
import { createDevelopmentRoutes } from "./routes/development.ts";
import { createTaskRoutes } from "./routes/tasks.ts";
import { createTaskStore } from "./store.ts";

type Contract = (typeof services)["backend"];

export type BackendDeps = Pick<
  Runtime<Contract>,
  "connection" | "outbox" | "sidecar" | "relay" | "createApp"
> & {
  readonly env: Pick<
    Runtime<Contract>["env"],
    "TOKEN_SECRET" | "DEVELOPMENT_ISSUER" | "APP_API_TOKEN"
  >;
};

const handlers: Handlers<Contract> = {};

/** The REST API of tasks and activity. */
export function createApp(deps: BackendDeps) {
  const { env, connection, sidecar } = deps;
  const database = connection.database;
  const store = createTaskStore(database, deps.outbox);
  const app = deps.createApp(handlers);

  if (env.DEVELOPMENT_ISSUER === "true") {
    app.route("/api/development", createDevelopmentRoutes(env.TOKEN_SECRET));
  }
  app.use("/api/tasks/*", authenticated(env.TOKEN_SECRET));
  app.use("/api/activity/*", authenticated(env.TOKEN_SECRET));
  const wake = (lane: number) => deps.relay?.wake(lane);
  app.route("/api/tasks", createTaskRoutes({ database, store, wake }));
  const appApiToken = env.APP_API_TOKEN;
  app.route("/", createOccurrenceRoutes({ database, store, appApiToken, wake }));
  app.route("/api/activity", createActivityRoutes(sidecar));
  app.route("/changes", createChangeRoutes(database, env.APP_API_TOKEN));
  return app;
}
