import { createStore, useStore } from "./store.ts";

/** What the address says is to be seen. */
export type Route =
  | { readonly view: "tasks"; readonly taskId: string | undefined }
  | { readonly view: "inbox" | "history" | "sign-in" | "register" | "unknown" };

export type Place = { readonly path: string; readonly search: string };

const here = (): Place => ({ path: location.pathname, search: location.search });
export const place = createStore<Place>(here());

addEventListener("popstate", () => place.set(here()));

export function routeOf(path: string): Route {
  const [first = "", second, third] = path.replace(/\/$/, "").split("/").slice(1);
  if (third !== undefined) return { view: "unknown" };
  if (first === "tasks") return { view: "tasks", taskId: second };
  if (second !== undefined) return { view: "unknown" };
  if (first === "") return { view: "tasks", taskId: undefined };
  const known = ["inbox", "history", "sign-in", "register"] as const;
  return { view: known.find((view) => view === first) ?? "unknown" };
}

/** Goes to another address; the one before is a step back, unless it is replaced. */
export function go(path: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const now = location.pathname + location.search;
  if (path === now) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  place.set(here());
}

export const usePlace = (): Place => useStore(place);
