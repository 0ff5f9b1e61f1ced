import type { Context } from "hono";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import { invalidInput, Problem } from "#apps/kit/http/problem.ts";

/** Reads and checks a JSON body, or refuses it naming every fault. */
export async function readBody<T extends z.ZodType>(
  // biome-ignore lint/suspicious/noExplicitAny: any route's context will do
  context: Context<any>,
  schema: T,
): Promise<z.infer<T>> {
  let json: unknown;
  try {
    json = JSON.parse(await context.req.text());
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, "Invalid input", `the body is not JSON: ${(error as Error).message}`);
  }
  return check(schema, json);
}

export function check<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

/**
 * Reads and checks the query of a request. What the schema has as a list may stand there several
 * times; anything else may stand there once.
 */
export function readQuery<T extends z.ZodObject>(
  // biome-ignore lint/suspicious/noExplicitAny: any route's context will do
  context: Context<any>,
  schema: T,
): z.infer<T> {
  const queries = context.req.queries();
  const unknown = Object.keys(queries).filter((name) => !(name in schema.shape));
  if (unknown.length > 0) {
    const message = `is no parameter here; there are ${Object.keys(schema.shape).join(", ")}`;
    const faults = unknown.map((field) => ({ field, message }));
    throw new Problem(400, "Invalid input", `${unknown.join(", ")}: ${message}`, faults);
  }
  const values = Object.entries(queries).map(([name, all]) => [
    name,
    isList(schema.shape[name]) || all.length > 1 ? all : all[0],
  ]);
  return check(schema, Object.fromEntries(values));
}

function isList(schema: z.core.$ZodType | undefined): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return isList(schema.unwrap());
  }
  return schema instanceof z.ZodArray;
}

/** The id in a path; what cannot be an id cannot name anything. */
export function taskIdOf(text: string): string {
  const parsed = id.safeParse(text);
  if (!parsed.success) throw new Problem(404, "Not found", "a task id is a UUID");
  return parsed.data;
}

/** The version that `If-Match` names: `"3"`, or undefined for none and for `*`. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === "*") return undefined;
  const match = /^"(\d{1,9})"$/.exec(ifMatch);
  if (!match) throw new Problem(400, "Invalid input", 'If-Match is an ETag of this API, as "3"');
  return Number(match[1]);
}

/** Paging of lists: `limit` 1 to 100, and the `next` of the page before as `cursor`. */
export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});
