import { createStore } from "../store.ts";

export type Theme = "system" | "light" | "dark";

const key = "todo-theme";
const known: readonly string[] = ["system", "light", "dark"];
const read = (): Theme => {
  const kept = localStorage.getItem(key) ?? "";
  return (known.includes(kept) ? kept : "system") as Theme;
};

export const theme = createStore<Theme>(read());

/** Shows the page as the person chose it; otherwise as their system does. */
export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function setTheme(chosen: Theme): void {
  theme.set(chosen);
  localStorage.setItem(key, chosen);
  applyTheme();
}

/** From what is seen now to the other one. */
export function toggleTheme(): void {
  const isDark =
    theme.get() === "system"
      ? matchMedia("(prefers-color-scheme: dark)").matches
      : theme.get() === "dark";
  setTheme(isDark ? "light" : "dark");
}
