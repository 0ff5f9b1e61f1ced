/** What the address says is to be seen. */
export type Route =
  | { readonly view: "tasks"; readonly taskId: string | undefined }
  | { readonly view: "inbox" | "history" | Door | "reset-password" | "unknown" };

/** Where people are who are not signed in; who is, is led on. */
export const doors = ["sign-in", "register", "forgot-password"] as const;
type Door = (typeof doors)[number];

export const isDoor = ({ view }: Route): boolean => doors.some((door) => door === view);

/** Where signing in leads: to the operator's page for who came from there, else to the tasks. */
export const comeBackTo = (search: string): "/" | "/ops" =>
  new URLSearchParams(search).get("then") === "/ops" ? "/ops" : "/";

/** What is at a path of the page; these are the public paths of web, as a test says. */
export function routeOf(path: string): Route {
  const [first = "", second, third] = path.replace(/\/$/, "").split("/").slice(1);
  if (third !== undefined) return { view: "unknown" };
  if (first === "tasks") return { view: "tasks", taskId: second };
  if (second !== undefined) return { view: "unknown" };
  if (first === "") return { view: "tasks", taskId: undefined };
  const known = ["inbox", "history", ...doors, "reset-password"] as const;
  return { view: known.find((view) => view === first) ?? "unknown" };
}
