import { createStore } from "../store.ts";

/** A short message at the edge of the page, which a screen reader says as well. */
export type Toast = {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "notice" | "problem";
  readonly action: { readonly label: string; readonly run: () => void } | undefined;
};

export const toasts = createStore<readonly Toast[]>([]);

const shownMs = 6_000;
const mostShown = 3;
let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export function toast(
  given: Partial<Omit<Toast, "id">> & Pick<Toast, "text"> & { readonly forMs?: number },
): void {
  const id = ++last;
  const { forMs, ...rest } = given;
  const tone = given.tone ?? "plain";
  toasts.set((all) => [...all, { tone, action: undefined, ...rest, id }].slice(-mostShown));
  const ms = forMs ?? (tone === "problem" ? 2 * shownMs : shownMs);
  timers.set(id, setTimeout(dismiss, ms, id));
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.set((all) => all.filter((one) => one.id !== id));
}
