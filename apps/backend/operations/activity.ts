import { z } from "zod";
import { id, taskData, timestamp } from "#apps/contracts/tasks.ts";
import type { Operation } from "#apps/kit/openapi/operation.ts";
import { activityQuery } from "../routes/activity.ts";

/** An entry of the activity log, in which the audit service may tell more. */
const activityEntry = z.looseObject({
  event_id: id,
  user_id: id,
  kind: z.enum(["task", "reminder", "notification", "user"]),
  task_id: id.nullable(),
  event_type: z.string(),
  sequence: z.int(),
  version: z.int().nullable().describe("Of the task, where the entry is of one"),
  source: z.string().describe("What made the change: api, chat, recurring, or a service"),
  occurred_at: timestamp,
  task_data: taskData.nullable().describe("The task as it was then, in entries of the kind task"),
  details: z.record(z.string(), z.unknown()).nullable().describe("What any other kind says"),
});

/** A page of the activity log, newest first. */
export const activityPage = z.looseObject({
  entries: z.array(activityEntry),
  next: z.string().nullable().describe("The cursor of the page after"),
});

/** What the routes of `routes/activity.ts` take and answer. */
export const activityOperations = [
  {
    method: "get",
    path: "/api/activity",
    id: "listActivity",
    tag: "Activity",
    summary: "Lists what the user did, newest first",
    secured: true,
    query: activityQuery,
    answers: { 200: { says: "A page", body: activityPage } },
    problems: [400],
  },
] as const satisfies readonly Operation[];
