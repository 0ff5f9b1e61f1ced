import type { Task, TaskQuery } from "../api/client.ts";

/** What of the list is asked for, in terms of the person: days of their own calendar. */
export type Filters = {
  readonly status: "open" | "completed" | "all";
  readonly priority: string;
  readonly tag: string;
  readonly due: "any" | "overdue" | "today" | "week" | "later";
  readonly q: string;
  readonly sort: NonNullable<TaskQuery["sort"]>;
};

export const noFilters: Filters = {
  ...{ status: "open", priority: "", tag: "", due: "any", q: "", sort: "-created" },
};

const statuses: readonly string[] = ["open", "completed", "all"];
const dues: readonly string[] = ["any", "overdue", "today", "week", "later"];
/** Each order with its name, as people choose it. */
export const sorts: Readonly<Record<Filters["sort"], string>> = {
  "-created": "Newest first",
  created: "Oldest first",
  due: "Due soonest",
  "-due": "Due latest",
  "-priority": "Highest priority",
  priority: "Lowest priority",
  "-updated": "Changed last",
  updated: "Changed longest ago",
};

/** The filters in an address; what it does not name, or names wrong, is as it is by default. */
export function filtersOf(search: string): Filters {
  const given = new URLSearchParams(search);
  const among = (name: string, known: readonly string[], fallback: string): string =>
    known.find((one) => one === given.get(name)) ?? fallback;
  return {
    status: among("status", statuses, noFilters.status) as Filters["status"],
    priority: among("priority", ["low", "medium", "high"], ""),
    tag: given.get("tag")?.slice(0, 50) ?? "",
    due: among("due", dues, "any") as Filters["due"],
    q: given.get("q")?.slice(0, 200) ?? "",
    sort: among("sort", Object.keys(sorts), noFilters.sort) as Filters["sort"],
  };
}

/** The address of a list with these filters: only what is not by default. */
export function searchOf(filters: Filters): string {
  const entries = Object.entries(filters).filter(
    ([name, value]) => value !== noFilters[name as keyof Filters],
  );
  const search = new URLSearchParams(entries).toString();
  return search ? `?${search}` : "";
}

/** The same as the API is asked for it. */
export function queryOf(filters: Filters, now: Date): TaskQuery {
  const { from, before } = dueRange(filters.due, now);
  return {
    sort: filters.sort,
    ...(filters.status !== "all" && { status: filters.status }),
    ...(filters.priority && { priority: [filters.priority as "low" | "medium" | "high"] }),
    ...(filters.tag.trim() && { tag: [filters.tag.trim()] }),
    ...(filters.q.trim() && { q: filters.q.trim() }),
    ...(from && { due_from: from.toISOString() }),
    ...(before && { due_before: before.toISOString() }),
  };
}

function dueRange(due: Filters["due"], now: Date): { from?: Date; before?: Date } {
  const day = (offset: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset);
  switch (due) {
    case "any":
      return {};
    case "overdue":
      return { before: now };
    case "today":
      return { from: day(0), before: day(1) };
    case "week":
      return { from: day(0), before: day(7) };
    case "later":
      return { from: day(7) };
  }
}

export const isFiltered = (filters: Filters): boolean =>
  searchOf({ ...filters, sort: noFilters.sort }) !== "";

/** Whether a task belongs to the list, as far as that can be told here: for what waits to be sent. */
export function fits(task: Task, filters: Filters, now: Date): boolean {
  if (filters.status !== "all" && task.completed !== (filters.status === "completed")) return false;
  if (filters.priority && task.priority !== filters.priority) return false;
  if (filters.tag.trim() && !task.tags.includes(filters.tag.trim())) return false;
  const { from, before } = dueRange(filters.due, now);
  if (!from && !before) return true;
  const due = task.due_date === null ? Number.NaN : Date.parse(task.due_date);
  return !(due < (from?.getTime() ?? due)) && due < (before?.getTime() ?? Number.POSITIVE_INFINITY);
}
