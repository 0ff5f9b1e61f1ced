import { hc, type InferRequestType, type InferResponseType } from "hono/client";
import type { Api } from "#apps/backend/app.ts";

/** The API by the types that backend exports. */
export const api = hc<Api>("/").api;

type Tasks = typeof api.tasks;
export type Task = InferResponseType<Tasks[":id"]["$get"]>;
export type TaskPage = InferResponseType<Tasks["$get"]>;
export type TaskQuery = InferRequestType<Tasks["$get"]>["query"];
export type NewTask = InferRequestType<Tasks["$post"]>["json"];
export type TaskPatch = InferRequestType<Tasks[":id"]["$patch"]>["json"];
export type WantedReminder = InferRequestType<
  Tasks[":id"]["reminders"]["$put"]
>["json"]["reminders"][number];
export type Reminder = InferResponseType<Tasks[":id"]["reminders"]["$get"]>["reminders"][number];
export type Notification = InferResponseType<
  typeof api.notifications.$get
>["notifications"][number];
export type Entry = InferResponseType<typeof api.activity.$get>["entries"][number];

/** What the API refused, as its problem document says it. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly title: string;
  /** Seconds to wait, where the answer named them. */
  readonly retryAfter: number | undefined;

  constructor(status: number, title: string, detail: string, retryAfter?: number) {
    super(detail);
    this.status = status;
    this.title = title;
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered: the network, or all of the service, is away. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

type Answered<Body> = {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  json(): Promise<Body>;
};

let doubt = (): void => {};

/** Has this called whenever the API does not know who asks: the session may have ended elsewhere. */
export const onRefused = (listener: () => void): void => {
  doubt = listener;
};

/** The body of an answer, or the ApiProblem that it is, or Unreachable. */
export async function ask<Body>(asked: Promise<Answered<Body>>): Promise<Body> {
  const response = await asked.catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  if (response.ok) return response.status === 204 ? (undefined as Body) : response.json();
  if (response.status === 401) doubt();
  const problem = (await response.json().catch(() => ({}))) as {
    title?: string;
    detail?: string;
    message?: string;
  };
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ApiProblem(
    response.status,
    problem.title ?? "Refused",
    problem.detail ?? problem.message ?? `The server answered ${response.status}.`,
    Number.isNaN(retryAfter) ? undefined : retryAfter,
  );
}

/** Whether to try the same again later: nobody answered, or who did could not help just now. */
export const isAway = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 500);

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status === 401;

/** What to tell a person, with what they can do about it. */
export function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return "The server cannot be reached. Check your connection.";
  if (error instanceof ApiProblem && error.status === 429) {
    return "That was a lot at once. Wait a moment and try again.";
  }
  if (error instanceof ApiProblem && error.status >= 500) {
    return "The server has a problem just now. It is worth trying again in a moment.";
  }
  return error instanceof Error ? error.message : String(error);
}
