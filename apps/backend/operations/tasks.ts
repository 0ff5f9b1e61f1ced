import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Answer, Operation } from "#apps/kit/openapi/operation.ts";
import { taskQuery } from "../task-query.ts";
import { newTask, task, taskPage, taskPatch } from "../tasks.ts";
import { idempotent, precondition, replayed, versioned } from "./common.ts";

const tag = "Tasks";
const one = { params: { id }, secured: true, tag } as const;
const taskAnswer = (says: string) => ({ says, body: task, headers: versioned }) satisfies Answer;
const changed = (says: string) =>
  ({
    says,
    body: task,
    headers: { ...versioned, ...replayed },
  }) satisfies Answer;

/** What the routes of `routes/tasks.ts` take and answer. */
export const taskOperations = [
  {
    method: "get",
    path: "/api/tasks",
    id: "listTasks",
    tag,
    summary: "Lists tasks by filters, text and sort, a page at a time",
    description:
      "`next` is the cursor of the page after, or null. `sequence` is the number of the user's " +
      "changes that the page reflects: a change feed goes on from it without a gap.",
    secured: true,
    query: taskQuery,
    answers: { 200: { says: "A page", body: taskPage } },
    problems: [400],
  },
  {
    method: "post",
    path: "/api/tasks",
    id: "createTask",
    tag,
    summary: "Creates a task",
    secured: true,
    headers: idempotent,
    body: newTask,
    answers: {
      201: {
        ...changed("The task as it was made"),
        headers: {
          ...versioned,
          ...replayed,
          Location: { says: "Where the task is", schema: z.string() },
        },
      },
    },
    problems: [400, 409, 422],
  },
  {
    ...one,
    method: "get",
    path: "/api/tasks/:id",
    id: "getTask",
    summary: "Gives one task",
    answers: { 200: taskAnswer("The task") },
    problems: [404],
  },
  {
    ...one,
    method: "patch",
    path: "/api/tasks/:id",
    id: "updateTask",
    summary: "Changes what the body names and nothing else",
    description: "`completed` completes a task and opens it again.",
    headers: { ...precondition, ...idempotent },
    body: taskPatch,
    answers: { 200: changed("The task as it is now") },
    problems: [400, 404, 409, 412, 422],
  },
  {
    ...one,
    method: "post",
    path: "/api/tasks/:id/complete",
    id: "completeTask",
    summary: "Completes a task; a completed one stays as it is",
    headers: { ...precondition, ...idempotent },
    answers: { 200: changed("The task as it is now") },
    problems: [400, 404, 409, 412, 422],
  },
  {
    ...one,
    method: "delete",
    path: "/api/tasks/:id",
    id: "deleteTask",
    summary: "Deletes a task",
    headers: { ...precondition, ...idempotent },
    answers: { 204: { says: "It is gone", headers: replayed } },
    problems: [400, 404, 409, 412, 422],
  },
] as const satisfies readonly Operation[];
