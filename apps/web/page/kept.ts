import type { Task } from "./api/client.ts";

const prefix = "todo-tasks-";
const mostKept = 100;

/** The list as it was last, for a start without a network. */
export function keptTasks(userId: string): readonly Task[] {
  try {
    return JSON.parse(localStorage.getItem(prefix + userId) ?? "[]") as Task[];
  } catch {
    return [];
  }
}

export function keepTasks(userId: string, tasks: readonly Task[]): void {
  try {
    localStorage.setItem(prefix + userId, JSON.stringify(tasks.slice(0, mostKept)));
  } catch {
    // There is no room: the next start without a network begins empty, and nothing else is lost.
  }
}

/** What this browser knows of anyone is removed: somebody signs out. */
export function forgetTasks(): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(prefix)) localStorage.removeItem(key);
  }
}
