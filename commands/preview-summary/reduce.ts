import type { Preview, State } from "./preview.ts";
import { redactor, secretsOf, withWords } from "./redact.ts";
import { isMeasure } from "./shrinking.ts";

/**
 * The preview with nothing in it that a summary does not show: the engine's own log has whole
 * resources, and in what it says for debugging also secrets, so that it must not leave the job that
 * wrote it. Of inputs stay partitions, times of retention and how many volumes are claimed.
 */
export function reduced(preview: Preview, secrets: readonly string[]): Preview {
  const { cleanWords } = redactor([...secrets, ...secretsOf(preview)]);
  const steps = preview.steps.map((step) => ({
    ...step,
    before: step.op === "same" ? undefined : reducedState(step.before),
    after: step.op === "same" ? undefined : reducedState(step.after),
  }));
  return withWords({ ...preview, steps }, cleanWords);
}

const reducedState = (state: State | undefined): State | undefined =>
  state && { ...state, inputs: (kept("", state.inputs) ?? {}) as State["inputs"] };

function kept(key: string, value: unknown): unknown {
  if (isMeasure(key, value)) return value;
  if (key === "volumeClaimTemplates" && Array.isArray(value)) return value.map(() => ({}));
  if (typeof value === "string" && /^[{[]/.test(value)) {
    const inside = kept("", parsed(value));
    return inside === undefined ? undefined : JSON.stringify(inside);
  }
  if (Array.isArray(value)) {
    const entries = value.map((one) => named(kept("", one), one));
    return entries.some((one) => one !== null) ? entries : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const left = kept(name, inner);
    return left === undefined ? [] : [[name, left] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Entries of a list keep their place, and their name where they have one, to be found again. */
const named = (left: unknown, whole: unknown): unknown => {
  if (left === undefined) return null;
  const name = (whole as { name?: unknown } | null)?.name;
  return typeof left === "object" && typeof name === "string" ? { name, ...left } : left;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
