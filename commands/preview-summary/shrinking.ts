import type { Change } from "./changes.ts";

/** A number of partitions, or a time for which data is kept, that becomes smaller. */
export type Shrinking = {
  readonly what: "partitions" | "retention";
  /** Where it is said, as `spec.partitions` or `topics.task-events.partitions`. */
  readonly path: string;
  /** As written, with the unit where the name of the property has one. */
  readonly from: string;
  readonly to: string;
};

type Measure = { readonly what: Shrinking["what"]; readonly shown: string; readonly size: number };

const partitionNames = /^(num(ber)?Of|num)?partitions?(Count)?$/i;
/** Names of times of retention in Kafka, and of the topics and backups of the clouds. */
const retentionNames =
  /^(message|log|backup|transactionLog|point_?in_?time)?_?retention(_?time|_?policy|_?period)?([._]?(in_?)?(ms|millis|seconds|minutes|hours|days))?$/i;

/**
 * What becomes smaller of the partitions and retentions among a resource's inputs, wherever they
 * are: of Strimzi, Redpanda, Event Hubs, Google Managed Kafka and OCI Streaming, or in the JSON
 * that a Job is given. Kafka refuses fewer partitions, so whatever offers it deletes the topic.
 */
export function shrinkingOf({ before, after }: Pick<Change, "before" | "after">): Shrinking[] {
  if (!before || !after) return [];
  const now = measuresIn(after.inputs);
  return [...measuresIn(before.inputs)].flatMap(([path, was]) => {
    const is = now.get(path);
    if (!is || is.size >= was.size) return [];
    return [{ what: was.what, path, from: was.shown, to: is.shown }];
  });
}

function measuresIn(inputs: unknown): Map<string, Measure> {
  const found = new Map<string, Measure>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      // By name where entries have one: their order says nothing.
      value.forEach((one, index) => {
        visit(one, `${path}.${(one as { name?: unknown } | null)?.name ?? index}`);
      });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const inside = path === "" ? key : `${path}.${key}`;
        const measure = measureOf(key, inner);
        if (measure) found.set(inside, measure);
        else visit(inner, inside);
      }
    } else if (typeof value === "string" && /^[{[]/.test(value)) {
      visit(parsed(value), path);
    }
  };
  visit(inputs, "");
  return found;
}

/** Whether a property is one of those, with a value that can be compared. */
export const isMeasure = (key: string, value: unknown): boolean =>
  measureOf(key, value) !== undefined;

function measureOf(key: string, value: unknown): Measure | undefined {
  const isPartitions = partitionNames.test(key);
  if (!isPartitions && !retentionNames.test(key)) return undefined;
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const text = String(value);
  const what = isPartitions ? "partitions" : "retention";
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const size = Number(text);
    // Kafka keeps for ever what is kept for -1.
    const isEndless = what === "retention" && size < 0;
    return { what, shown: shownOf(key, size), size: isEndless ? Infinity : size };
  }
  const duration = /^(\d+)([smhdw])$/.exec(text);
  if (!duration) return undefined;
  return { what, shown: text, size: Number(duration[1]) * (unitSeconds[duration[2] ?? ""] ?? 1) };
}

const unitSeconds: Readonly<Record<string, number>> = {
  ...{ s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 },
};

/** `7 days` for milliseconds; else the number, with the unit that its name ends with. */
function shownOf(key: string, size: number): string {
  if (partitionNames.test(key)) return String(size);
  if (size < 0) return "for ever";
  const unit = /(ms|millis|seconds|minutes|hours|days)$/i.exec(key)?.[0]?.toLowerCase();
  if (unit === "ms" || unit === "millis") {
    const hours = size / 3_600_000;
    if (hours >= 48) return `${round(hours / 24)} days`;
    return hours >= 1 ? `${round(hours)} h` : `${size} ms`;
  }
  return unit === undefined ? String(size) : `${size} ${unit}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
