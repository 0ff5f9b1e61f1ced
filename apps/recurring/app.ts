import { nextTask } from "#apps/contracts/occurrences.ts";
import type { services } from "#apps/contracts/services.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { nextInSeriesOf } from "./next-in-series.ts";

type Contract = (typeof services)["recurring"];

export type RecurringDeps = Pick<Runtime<Contract>, "post" | "createApp">;

/**
 * Has backend make the next task of a series when one is completed. Nothing is kept here: backend
 * makes each occurrence of a series once, however often and late it is asked.
 */
export function createApp({ post, createApp }: RecurringDeps) {
  const handlers: Handlers<Contract> = {
    "task-events": async ({ data }, { log }) => {
      const next = nextInSeriesOf(data);
      if (!next) return;
      const answer = nextTask.parse(await post("backend", "/internal/occurrences", next));
      log.info({ task: data.task_id, ...answer }, answer.task_id ? "recurs" : "series has ended");
    },
  };
  return createApp(handlers);
}
