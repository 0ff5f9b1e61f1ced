import { comeBackTo } from "./places.ts";
import { createStore, useStore } from "./store.ts";

export type Place = { readonly path: string; readonly search: string };

const here = (): Place => ({ path: location.pathname, search: location.search });
export const place = createStore<Place>(here());

addEventListener("popstate", () => place.set(here()));

/** Goes to another address; the one before is a step back, unless it is replaced. */
export function go(path: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const now = location.pathname + location.search;
  if (path === now) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  place.set(here());
}

/** Leaves the door once signed in. The operator's page is another one, which the server gives. */
export function goInside(): void {
  const to = comeBackTo(location.search);
  if (to === "/") go(to, { replace: true });
  else location.replace(to);
}

export const usePlace = (): Place => useStore(place);
