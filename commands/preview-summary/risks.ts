import { type Change, changesOf, kindOf } from "./changes.ts";
import { holdsData } from "./data.ts";
import { code, escaped } from "./markdown.ts";
import type { Preview } from "./preview.ts";
import { shrinkingOf } from "./shrinking.ts";

/** What of a preview must be read before it is let through, as sentences in Markdown. */
export function risksOf(preview: Preview): string[] {
  return changesOf(preview).flatMap((change) => [
    ...dataRisk(change),
    ...shrinkingOf(change).map(({ what, path, from, to }) =>
      what === "partitions"
        ? `**Partitions shrink**: ${named(change)} goes from ${from} to ${to} (${code(path)}). ` +
          "Kafka has no way to that but to delete the topic and its events."
        : `**Retention shrinks**: ${named(change)} goes from ${escaped(from)} to ${escaped(to)} ` +
          `(${code(path)}). What is older is deleted within minutes.`,
    ),
    ...(change.before?.isProtected && change.after && !change.after.isProtected
      ? [`**Protection is lifted**: ${named(change)} can be deleted from then on.`]
      : []),
  ]);
}

function dataRisk(change: Change): string[] {
  if (change.verb !== "delete" && change.verb !== "replace") return [];
  if (!holdsData(change)) return [];
  const { isProtected, isRetained } = change.before ?? { isProtected: false, isRetained: false };
  const done = change.verb === "delete" ? "deleted" : "replaced";
  const why =
    change.forcing.length > 0
      ? ` because of ${change.forcing.map((it) => code(it)).join(", ")}`
      : "";
  const held = isProtected
    ? " It is protected: the run will refuse."
    : isRetained
      ? " It stays where it stands: the stack only lets go of it."
      : "";
  return [`**Data**: ${named(change)} is ${done}${why}.${held}`];
}

/** `KafkaTopic` `task-events` */
export const named = (change: Pick<Change, "type" | "name">): string =>
  `${kindOf(change)} ${code(change.name)}`;
