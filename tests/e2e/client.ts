import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TaskData } from "#apps/contracts/tasks.ts";
import { signUp } from "../account.ts";

/** Where the application under test is: `npm run e2e` says it. */
export const baseUrl = process.env.TODO_URL ?? "http://127.0.0.1:18000";

export type TaskView = TaskData & {
  readonly id: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type Entry = {
  readonly event_id: string;
  readonly kind: string;
  readonly task_id: string | null;
  readonly user_id: string;
  readonly event_type: string;
  readonly sequence: number;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly source: string;
  readonly correlation_id: string;
  /** Of entries of the kind `task` only; the others have `details`. */
  readonly task_data: TaskData;
  readonly details: Readonly<Record<string, unknown>> | null;
};

/** An answer with its body read; `body` is undefined where there is none. */
export type Answer<Body> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
};

export type CallOptions = {
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Calls a path under the base URL, or a whole address. */
export async function call<Body = Record<string, unknown>>(
  method: string,
  path: string,
  { body, headers }: CallOptions = {},
): Promise<Answer<Body>> {
  const isPlain = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(new URL(path, baseUrl), {
    method,
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && {
      body: (isPlain ? body : JSON.stringify(body)) as string | Uint8Array<ArrayBuffer>,
    }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  const parsed = isJson && text ? JSON.parse(text) : text || undefined;
  return { status: response.status, headers: response.headers, body: parsed as Body };
}

export type User = {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  /** Calls the API as this user. */
  readonly call: typeof call;
  /** Creates a task and gives the answer; fails unless it is 201. */
  readonly create: (body: unknown, headers?: CallOptions["headers"]) => Promise<Answer<TaskView>>;
  /** A page of the user's log, newest first. */
  readonly activity: (query?: string) => Promise<Answer<{ entries: Entry[]; next: string | null }>>;
};

/** A user whom nobody used before, so that a run never meets what an earlier one left. */
export async function newUser(name = `e2e-${randomUUID()}`, email?: string): Promise<User> {
  const account = await signUp(baseUrl, { name, email });
  const [id, token] = [account.id, await account.token()];
  const callAs: typeof call = (method, path, { body, headers } = {}) =>
    call(method, path, { body, headers: { Authorization: `Bearer ${token}`, ...headers } });
  return {
    id,
    name,
    token,
    call: callAs,
    create: async (body, headers = {}) => {
      const answer = await callAs<TaskView>("POST", "/api/tasks", { body, headers });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return answer;
    },
    activity: (query = "") => callAs("GET", `/api/activity${query}`),
  };
}

/** So many tasks of the user, some at a time. */
export async function createTasks(user: User, count: number): Promise<void> {
  const worker = async () => {
    for (; count > 0; ) await user.create({ title: `Task ${count--}` });
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Fails unless the answer is a problem document of this status. */
export function expectProblem(answer: Answer<unknown>, status: number): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    request_id: expect.stringMatching(/\S/),
  });
}
