import { nextTask } from "#apps/contracts/occurrences.ts";
import type { services } from "#apps/contracts/services.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { nextInSeriesOf } from "./next-in-series.ts";

type Contract = (typeof services)["recurring"];

export type RecurringDeps = Pick<Runtime<Contract>, "createApp"> & {
  readonly sidecar: Pick<Sidecar<Contract>, "post">;
};

/**
 * Has backend make the next task of a series when one is completed. Nothing is kept here: backend
 * makes each occurrence of a series once, however often and late it is asked.
 */
export function createApp({ sidecar, createApp }: RecurringDeps) {
  const handlers: Handlers<Contract> = {
    "task-events": async ({ data }, { log }) => {
      const next = nextInSeriesOf(data);
      if (!next) return;
      const made = await sidecar.post("backend", "/internal/occurrences", next);
      const answer = nextTask.parse(made);
      log.info({ task: data.task_id, ...answer }, answer.task_id ? "recurs" : "series has ended");
    },
  };
  return createApp(handlers);
}
