import { z } from "zod";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import type { Operation } from "#apps/kit/openapi/operation.ts";
import { activityQuery } from "../routes/activity.ts";

/** An entry of the activity log, in which the audit service may tell more. */
const activityEntry = z.looseObject({
  event_id: id,
  user_id: id,
  event_type: z.string(),
  sequence: z.int(),
  occurred_at: timestamp,
});

/** A page of the activity log, newest first. */
export const activityPage = z.looseObject({
  entries: z.array(activityEntry),
  next: z.string().nullable().describe("The cursor of the page after"),
});

/** What the routes of `routes/activity.ts` take and answer. */
export const activityOperations: readonly Operation[] = [
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
];
