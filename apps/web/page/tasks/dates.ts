const dayMs = 86_400_000;

/** A due date as people say it: "Today, 17:00", "Fri, 12 Jun". */
export function dueText(due: string, now: Date): string {
  const date = new Date(due);
  const days = Math.round((startOfDay(date) - startOfDay(now)) / dayMs);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (days === 0) return `Today, ${time}`;
  if (days === 1) return `Tomorrow, ${time}`;
  if (days === -1) return `Yesterday, ${time}`;
  const sameYear = date.getFullYear() === now.getFullYear();
  const day = date.toLocaleDateString([], {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(!sameYear && { year: "numeric" }),
  });
  return Math.abs(days) < 7 ? `${day}, ${time}` : day;
}

/** How near a due date is. */
export function urgencyOf(due: string | null, now: Date): "none" | "overdue" | "today" | "later" {
  if (due === null) return "none";
  const date = new Date(due);
  if (date < now) return "overdue";
  return startOfDay(date) === startOfDay(now) ? "today" : "later";
}

/** When something happened: "just now", "5 min ago", "14:03", then with its day. */
export function agoText(at: string, now: Date): string {
  const date = new Date(at);
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return dueText(at, now);
}

/** A moment as an `<input type="datetime-local">` has it, in the zone of this browser. */
export function localInput(at: string | null): string {
  if (at === null) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field names, in UTC; null for none. */
export function momentOf(input: string): string | null {
  const date = new Date(input);
  return input === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const startOfDay = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
