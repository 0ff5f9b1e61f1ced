/** A recurrence as the form has it; `own` is any rule that the form has no words for. */
export type Repeat =
  | { readonly kind: "never" }
  | { readonly kind: "daily" | "weekly" | "monthly" | "yearly"; readonly every: number }
  | { readonly kind: "weekdays" }
  | { readonly kind: "own"; readonly rule: string };

const frequencies = { daily: "DAILY", weekly: "WEEKLY", monthly: "MONTHLY", yearly: "YEARLY" };
const units = { daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const;
const weekdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";

type Simple = keyof typeof frequencies;

/** The rule of RFC 5545 that the form means; undefined for none. */
export function ruleOf(repeat: Repeat): string | undefined {
  switch (repeat.kind) {
    case "never":
      return undefined;
    case "weekdays":
      return weekdays;
    case "own":
      return repeat.rule.trim().toUpperCase();
    default: {
      const every = repeat.every > 1 ? `;INTERVAL=${repeat.every}` : "";
      return `FREQ=${frequencies[repeat.kind]}${every}`;
    }
  }
}

/** What the form shows for a rule. */
export function repeatOf(rule: string | undefined): Repeat {
  if (!rule) return { kind: "never" };
  if (rule === weekdays) return { kind: "weekdays" };
  const [, frequency, every] = /^FREQ=([A-Z]+)(?:;INTERVAL=(\d+))?$/.exec(rule) ?? [];
  const kind = (Object.keys(frequencies) as Simple[]).find((one) => frequencies[one] === frequency);
  return kind ? { kind, every: Number(every ?? 1) } : { kind: "own", rule };
}

/** A rule in words: "every 2 weeks". */
export function repeatText(rule: string): string {
  const repeat = repeatOf(rule);
  if (repeat.kind === "weekdays") return "every weekday";
  if (repeat.kind === "own" || repeat.kind === "never") return rule.toLowerCase();
  const unit = units[repeat.kind];
  return repeat.every === 1 ? `every ${unit}` : `every ${repeat.every} ${unit}s`;
}

export const unitOf = (kind: Simple, every: number): string =>
  units[kind] + (every === 1 ? "" : "s");
