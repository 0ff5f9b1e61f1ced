import type { NewTask } from "../api/client.ts";

/** A task from one line: `Buy milk #shop !high` has a tag and a priority. */
export function taskOfLine(line: string): NewTask | undefined {
  const tags: string[] = [];
  let priority: NewTask["priority"] = "medium";
  const words = line.split(/\s+/).filter((word) => {
    const [, tag] = /^#([\p{L}\p{N}_-]{1,50})$/u.exec(word) ?? [];
    const [, level] = /^!(high|medium|low)$/i.exec(word) ?? [];
    if (tag && !tags.includes(tag) && tags.length < 20) tags.push(tag);
    if (level) priority = level.toLowerCase() as "high";
    return !tag && !level;
  });
  const title = words.join(" ").trim();
  if (!title) return undefined;
  return { title, description: "", priority, tags, due_date: null, recurring: null };
}
