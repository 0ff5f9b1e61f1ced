import { ApiProblem, api, ask, isAway, isSignedOut, Unreachable } from "../api/client.ts";
import type { Operation, Outcome } from "./operation.ts";

const patienceMs = 15_000;

/** Sends one operation to the API and says what became of it. Never rejects. */
export async function send(operation: Operation): Promise<Outcome> {
  try {
    return { kind: "done", task: await request(operation) };
  } catch (error) {
    return outcomeOf(operation, error);
  }
}

function request({ key, taskId, version, work }: Operation) {
  const param = { id: taskId };
  const options = {
    headers: {
      "Idempotency-Key": key,
      ...(version !== undefined && { "If-Match": `"${version}"` }),
    },
    init: { keepalive: true, signal: AbortSignal.timeout(patienceMs) },
  };
  const one = api.tasks[":id"];
  switch (work.kind) {
    case "create":
      return ask(api.tasks.$post({ json: work.task }, options));
    case "update":
      return ask(one.$patch({ param, json: work.patch }, options));
    case "complete":
      return ask(one.complete.$post({ param }, options));
    case "delete":
      return ask(one.$delete({ param }, options));
    case "remind":
      // Of itself the same however often it is asked: all reminders that the task is to have.
      return ask(one.reminders.$put({ param, json: { reminders: work.reminders } }, options)).then(
        () => undefined,
      );
  }
}

async function outcomeOf(operation: Operation, error: unknown): Promise<Outcome> {
  if (isSignedOut(error)) return { kind: "signed-out" };
  if (isAway(error)) return { kind: "away", afterMs: undefined };
  if (!(error instanceof ApiProblem)) return { kind: "refused", reason: String(error) };
  const { status, retryAfter } = error;
  if (status === 429) return { kind: "away", afterMs: (retryAfter ?? 2) * 1_000 };
  // A try before this one is still running, by its key.
  if (status === 409 && error.title === "Still running") return { kind: "away", afterMs: 500 };
  if (status === 404) {
    return operation.work.kind === "delete" ? { kind: "done", task: undefined } : { kind: "gone" };
  }
  if (status === 412) return latestOf(operation);
  return { kind: "refused", reason: error.message };
}

async function latestOf({ taskId }: Operation): Promise<Outcome> {
  try {
    const init = { signal: AbortSignal.timeout(patienceMs) };
    const asked = api.tasks[":id"].$get({ param: { id: taskId } }, { init });
    return { kind: "changed", theirs: await ask(asked) };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return { kind: "gone" };
    if (isSignedOut(error)) return { kind: "signed-out" };
    if (error instanceof ApiProblem && !isAway(error)) {
      return { kind: "refused", reason: error.message };
    }
    return { kind: "away", afterMs: error instanceof Unreachable ? undefined : 1_000 };
  }
}
