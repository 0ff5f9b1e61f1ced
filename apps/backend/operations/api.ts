import { sessionCookieName } from "#apps/kit/http/session-cookie.ts";
import type { ClientApp } from "#apps/kit/openapi/client-app.ts";
import type { ApiDescription } from "#apps/kit/openapi/operation.ts";
import { wantedReminders } from "../reminders/wanted.ts";
import { newTask, task, taskPage, taskPatch } from "../tasks.ts";
import { accountOperations } from "./accounts.ts";
import { activityOperations, activityPage } from "./activity.ts";
import { everyAnswer, everyProblem } from "./common.ts";
import {
  notification,
  notificationOperations,
  reminderList,
  reminderOperations,
} from "./reminders.ts";
import { taskOperations } from "./tasks.ts";

const signedInOperations = [
  ...taskOperations,
  ...reminderOperations,
  ...notificationOperations,
  ...activityOperations,
] as const;

/** The API as Hono's typed client wants it: what a signed-in user may ask for. */
export type Api = ClientApp<typeof signedInOperations>;

/**
 * Everything that the API says of itself. A route under a public path that is missing here, or an
 * operation that no route serves, is found by `api.test.ts`.
 */
export const apiOf = (env: { readonly PUBLIC_URL: string }): ApiDescription => ({
  title: "Todo Evolution",
  version: "1.0.0",
  description:
    "Tasks of a user, every change of which is an event. Bodies are JSON, times RFC 3339 in UTC, " +
    "ids UUIDs. Errors are problem documents (RFC 9457) with the id of the request. Lists are " +
    "paged: `next` of one page is the `cursor` of the following.",
  cookieName: sessionCookieName(env.PUBLIC_URL),
  operations: [...signedInOperations, ...accountOperations],
  schemas: {
    Task: task,
    NewTask: newTask,
    TaskPatch: taskPatch,
    TaskPage: taskPage,
    Reminders: reminderList,
    NewReminders: wantedReminders,
    Notification: notification,
    ActivityPage: activityPage,
  },
  headers: everyAnswer,
  problems: everyProblem,
});
