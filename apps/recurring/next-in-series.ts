import type { EventOf } from "#apps/contracts/events.ts";
import type { NextInSeries } from "#apps/contracts/occurrences.ts";
import { nextOccurrence } from "#apps/kit/recurrence/next-occurrence.ts";
import { parseRule } from "#apps/kit/recurrence/rule.ts";

/**
 * What comes after a task by its event: undefined unless it tells of the completion of a task that
 * recurs, and has another date. Throws RuleError when the task's rule is none.
 */
export function nextInSeriesOf(event: EventOf<"task-events">): NextInSeries | undefined {
  const { event_type, task_data } = event;
  const { recurring, due_date } = task_data;
  if (event_type !== "completed" || !recurring || !due_date) return undefined;
  const next = nextOccurrence(recurring.rule, recurring.time_zone, new Date(due_date));
  if (!next) return undefined;
  return {
    user_id: event.user_id,
    task_id: event.task_id,
    correlation_id: event.metadata.correlation_id,
    most: parseRule(recurring.rule).count ?? null,
    task: { ...task_data, completed: false, due_date: next.toISOString(), recurring },
  };
}
