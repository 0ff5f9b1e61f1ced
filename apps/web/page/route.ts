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

export const usePlace = (): Place => useStore(place);
