import { useEffect, useRef } from "react";

/** What each key does, as the help says it. Two keys are pressed one after the other. */
export const shortcuts = {
  n: "New task",
  "/": "Search",
  j: "Next task",
  k: "Previous task",
  x: "Complete, or open again",
  Enter: "Open the task",
  "#": "Delete the task",
  u: "Undo the last step",
  "g t": "Go to tasks",
  "g i": "Go to the inbox",
  "g h": "Go to the history",
  d: "Dark or light",
  "?": "These shortcuts",
} as const;

export type Shortcut = keyof typeof shortcuts;

const betweenKeysMs = 1_000;

/** Runs what belongs to a key, while nobody writes and no dialog is open. */
export function useShortcuts(
  actions: Partial<Record<Shortcut, (event: KeyboardEvent) => void>>,
): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    let first = { key: "", at: 0 };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
      const isSecond = Date.now() - first.at < betweenKeysMs;
      const both = `${first.key} ${event.key}` as Shortcut;
      const name = isSecond && both in shortcuts ? both : (event.key as Shortcut);
      first = { key: event.key, at: Date.now() };
      // Enter on a button or a link is theirs.
      if (event.key === "Enter" && !isRow(event.target)) return;
      const action = current.current[name];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");

const isRow = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("[data-task]");
