import { Hono } from "hono";
import type { Logger } from "pino";
import { jobRoute, type ScheduleName, scheduleRoute } from "#apps/contracts/dapr.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import { Problem } from "./problem.ts";
import type { ShellVariables } from "./variables.ts";

type Given = { readonly log: Logger };

type DeclaredSchedule<S extends ServiceContract> = S extends {
  readonly schedules: readonly (infer N extends ScheduleName)[];
}
  ? N
  : never;

/** What the sidecar calls a service for by its contract, besides events. */
export type Callbacks<S extends ServiceContract> = {
  /** Exactly one for each schedule; called on every replica, and on none while a sidecar is away. */
  readonly schedules: { readonly [N in DeclaredSchedule<S>]: (given: Given) => Promise<void> };
  /** Called at the time of a job, at least once, with its name and data. */
  readonly job: S["jobs"] extends true
    ? (name: string, data: unknown, given: Given) => Promise<void>
    : undefined;
};

/** The callbacks that a service must bring: none where its contract declares no schedule or job. */
export type CallbackArgs<S extends ServiceContract> = S["jobs"] extends true
  ? [Callbacks<S>]
  : [DeclaredSchedule<S>] extends [never]
    ? []
    : [Callbacks<S>];

/** One route for each schedule and one for jobs, open to the service's own sidecar only. */
export function createCallbackRoutes<S extends ServiceContract>(
  contract: S,
  [callbacks]: CallbackArgs<S>,
  appApiToken: string,
): Hono<{ Variables: ShellVariables }> {
  const app = new Hono<{ Variables: ShellVariables }>();
  const ownSidecar = fromSidecarOnly(appApiToken);
  // The types tie each callback to its contract; here all are one.
  const given = callbacks as Callbacks<ServiceContract> | undefined;
  for (const name of contract.schedules ?? []) {
    const work = (given?.schedules as Record<string, (given: Given) => Promise<void>>)?.[name];
    if (!work) throw new Error(`nothing is to be done for the schedule ${name}`);
    app.post(scheduleRoute(name), ownSidecar, async (context) => {
      await work({ log: context.var.log });
      return context.json({});
    });
  }
  if (contract.jobs) {
    const { job } = (given ?? {}) as { job?: Callbacks<{ jobs: true } & ServiceContract>["job"] };
    if (!job) throw new Error("nothing is to be done for jobs");
    app.post(jobRoute(":name"), ownSidecar, async (context) => {
      await job(context.req.param("name") ?? "", dataOf(await context.req.text()), {
        log: context.var.log,
      });
      return context.json({});
    });
  }
  return app;
}

function dataOf(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    throw new Problem(400, "Invalid input", "the data of a job is JSON");
  }
}
