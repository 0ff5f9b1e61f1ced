import { z } from "zod";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import type { Operation } from "#apps/kit/openapi/operation.ts";
import { notificationQuery } from "../reminders/notifications.ts";
import { wantedReminders } from "../reminders/wanted.ts";

const reminder = z.strictObject({
  id,
  type: z.enum(["1_hour_before", "1_day_before", "custom"]),
  remind_at: timestamp,
  time_zone: z.string(),
  status: z.string(),
});

/** All reminders of a task. */
export const reminderList = z.strictObject({ reminders: z.array(reminder) });

/** A notification as the API shows it. */
export const notification = z.strictObject({
  id,
  kind: z.enum(["reminder", "welcome"]),
  title: z.string(),
  body: z.string(),
  reminder_id: id.nullable(),
  created_at: timestamp,
  read_at: timestamp.nullable(),
});

const ofTask = { params: { id }, secured: true, tag: "Reminders" } as const;

/** What the routes of `reminders/routes.ts` take and answer. */
export const reminderOperations = [
  {
    ...ofTask,
    method: "get",
    path: "/api/tasks/:id/reminders",
    id: "listReminders",
    summary: "Gives the reminders of a task",
    answers: { 200: { says: "Its reminders", body: reminderList } },
    problems: [404],
  },
  {
    ...ofTask,
    method: "put",
    path: "/api/tasks/:id/reminders",
    id: "replaceReminders",
    summary: "Gives a task these reminders and no others",
    body: wantedReminders,
    answers: { 200: { says: "Its reminders as they are now", body: reminderList } },
    problems: [400, 404, 409],
  },
] as const satisfies readonly Operation[];

/** What the routes of `reminders/notifications.ts` take and answer. */
export const notificationOperations = [
  {
    method: "get",
    path: "/api/notifications",
    id: "listNotifications",
    tag: "Notifications",
    summary: "Lists notifications, newest first",
    secured: true,
    query: notificationQuery,
    answers: {
      200: {
        says: "A page",
        body: z.strictObject({
          notifications: z.array(notification),
          next: id.nullable().describe("The cursor of the page after"),
        }),
      },
    },
    problems: [400],
  },
  {
    method: "post",
    path: "/api/notifications/:id/read",
    id: "readNotification",
    tag: "Notifications",
    summary: "Marks a notification read; the first time counts",
    secured: true,
    params: { id },
    answers: { 200: { says: "The notification", body: notification } },
    problems: [404],
  },
] as const satisfies readonly Operation[];
