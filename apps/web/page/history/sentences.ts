import type { Entry } from "../api/client.ts";

/** An entry of the log as a sentence, with what of it names the task. */
export function sentenceOf(entry: Entry): { readonly what: string; readonly title: string } {
  const title = entry.task_data?.title ?? textOf(entry.details?.title);
  switch (entry.kind) {
    case "task":
      return { what: `${taskVerbs[entry.event_type] ?? entry.event_type}${by(entry)}`, title };
    case "reminder":
      return { what: "Reminder was due", title };
    case "notification":
      return { what: "You were told", title: textOf(entry.details?.body) || title };
    case "user":
      return { what: "Your account was made", title: "" };
  }
}

const taskVerbs: Readonly<Record<string, string>> = {
  created: "Created",
  updated: "Changed",
  completed: "Completed",
  deleted: "Deleted",
};

/** Who else than the person at the page. */
const by = ({ source }: Entry): string =>
  source === "chat"
    ? " by the assistant"
    : source === "recurring"
      ? " as the next of its series"
      : "";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
