import { createHash } from "node:crypto";
import { z } from "zod";
import { id, priority, taskLimits, timestamp } from "#apps/contracts/tasks.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { storableText } from "./tasks.ts";

/** What lists are sorted by; a minus sign turns it round. Tasks without a due date come last. */
export const taskSort = z.enum([
  ...(["created", "-created", "due", "-due"] as const),
  ...(["priority", "-priority", "updated", "-updated"] as const),
]);

export type TaskSort = z.infer<typeof taskSort>;

/** What a list of tasks may be asked for; filters that are named must all hold. */
export const taskQuery = z.strictObject({
  status: z.enum(["open", "completed"]).optional().describe("Only tasks that are open, or done"),
  priority: z.array(priority).max(3).optional().describe("Any of these priorities"),
  tag: z
    .array(storableText.min(1).max(taskLimits.tagLength))
    .max(taskLimits.tags)
    .optional()
    .describe("All of these tags"),
  due_from: timestamp.optional().describe("Due at this time or later"),
  due_before: timestamp.optional().describe("Due before this time"),
  q: storableText
    .min(1)
    .max(200)
    .optional()
    .describe('Words in title or description; "a phrase", or, and -without are understood'),
  sort: taskSort.default("-created"),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional().describe("The `next` of the page before"),
});

export type TaskQuery = z.infer<typeof taskQuery>;

/** Where a page ended: the value that the list is sorted by, and the id for equal ones. */
export type Position = { readonly key: string | number | null; readonly id: string };

const time = z.iso.datetime();
/** The values that a position may have, by what is sorted by. */
const keys = {
  created: z.null(),
  due: time.nullable(),
  priority: z.int().min(1).max(3),
  updated: time,
} satisfies Record<string, z.ZodType<string | number | null>>;

export type SortField = keyof typeof keys;

export const fieldOf = (sort: TaskSort): SortField => sort.replace(/^-/, "") as SortField;
export const isDescending = (sort: TaskSort): boolean => sort.startsWith("-");

/** A position as clients carry it: opaque, and good for the filters and sort it came from only. */
export const cursorOf = (query: TaskQuery, { key, id }: Position): string =>
  Buffer.from(JSON.stringify([digestOf(query), key, id])).toString("base64url");

/** The position that a cursor names; a Problem where it is none, or of another list. */
export function positionOf(query: TaskQuery): Position | undefined {
  if (query.cursor === undefined) return undefined;
  const form = z.tuple([z.string(), keys[fieldOf(query.sort)], id]);
  const parsed = form.safeParse(decoded(query.cursor));
  if (!parsed.success || parsed.data[0] !== digestOf(query)) {
    throw new Problem(
      400,
      "Invalid input",
      "cursor: is not the `next` of a list with these filters and this sort",
      [
        {
          field: "cursor",
          message: "is not the `next` of a list with these filters and this sort",
        },
      ],
    );
  }
  return { key: parsed.data[1], id: parsed.data[2] };
}

/** The same for the same list, whatever its page: filters and sort, in one form. */
function digestOf({ cursor: _, limit: __, ...list }: TaskQuery): string {
  const canonical = Object.entries(list)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(canonical)).digest("base64url").slice(0, 16);
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
