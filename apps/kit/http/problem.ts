import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import { type ZodError, z } from "zod";
import { isAway } from "#apps/kit/database/away.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import type { ShellVariables } from "./variables.ts";

const fieldFault = z.strictObject({ field: z.string(), message: z.string() });

/** An RFC 9457 problem document, the form of every answer from 400 on. */
export const problemDocument = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe("What is wrong with this request"),
  instance: z.string().describe("The path that was asked for"),
  request_id: z.string().describe("Names the request in the logs"),
  errors: z.array(fieldFault).optional().describe("Every fault of the input by its field"),
});

export type FieldFault = Readonly<z.infer<typeof fieldFault>>;

/** A refusal that says what is wrong, answered as an RFC 9457 problem document. */
export class Problem extends HTTPException {
  readonly title: string;
  readonly errors: readonly FieldFault[] | undefined;

  constructor(
    status: ContentfulStatusCode,
    title: string,
    detail: string,
    errors?: readonly FieldFault[],
  ) {
    super(status, { message: detail });
    this.title = title;
    this.errors = errors;
  }
}

/** The problem of input that does not fit its schema, with every fault by field. */
export function invalidInput(error: Pick<ZodError, "issues">): Problem {
  const faults = error.issues.map((issue) => ({
    field: issue.path.join(".") || "body",
    message: issue.message,
  }));
  const detail = faults.map((fault) => `${fault.field}: ${fault.message}`).join("; ");
  return new Problem(400, "Invalid input", detail, faults);
}

/** Answers an error: what we threw as we threw it, an absent dependency as 503, the rest as 500. */
export function respondWithProblem(
  error: unknown,
  context: Context<{ Variables: ShellVariables }>,
): Response {
  const problem = loggedProblem(error, context.var.log);
  const body: z.infer<typeof problemDocument> = {
    type: "about:blank",
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: context.req.path,
    request_id: context.var.requestId,
    ...(problem.errors && { errors: [...problem.errors] }),
  };
  if (problem.status === 503) context.header("Retry-After", "1");
  // The rest of the body was not read; the connection cannot carry another request.
  if (problem.status === 413) context.header("Connection", "close");
  if (problem.status === 401) context.header("WWW-Authenticate", "Bearer");
  return context.body(JSON.stringify(body), problem.status as ContentfulStatusCode, {
    "Content-Type": "application/problem+json",
  });
}

/** What an error means to whoever asked; a fault of ours goes to the log whole, and only there. */
export function loggedProblem(error: unknown, log: Logger): Problem {
  const problem = problemOf(error);
  if (problem.status >= 500) log.error({ error: describe(error) }, problem.title);
  return problem;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    return new Problem(error.status as ContentfulStatusCode, "Refused", error.message);
  }
  if (isAway(error)) {
    return new Problem(503, "Not available now", "something this needs is away; please try again");
  }
  return new Problem(500, "Internal error", "the request failed here; its id is in request_id");
}

/** The reason, and where it came from; the lines of a stack without its message, see reasonOf. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const places = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [reasonOf(error), ...places].join("\n");
}
