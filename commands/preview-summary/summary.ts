import { type Change, changesOf, kindOf, unchanged, type Verb, verbs } from "./changes.ts";
import type { ContractChanges } from "./contract-changes.ts";
import { alert, code, commentLimit, counted, escaped, folded, list, table } from "./markdown.ts";
import type { Preview, Violation } from "./preview.ts";
import { redactor, secretsOf, withWords } from "./redact.ts";
import { risksOf } from "./risks.ts";

export type SummaryArgs = {
  readonly previews: readonly Preview[];
  /** `undefined` where they were not compared. */
  readonly contracts?: ContractChanges | undefined;
  readonly title?: string | undefined;
  /** The commit that was previewed. */
  readonly commit?: string | undefined;
  /** Where the whole output is, for what is left out here. */
  readonly details?: string | undefined;
  /** Values that may appear nowhere, beside those that the previews themselves give away. */
  readonly secrets?: readonly string[];
  /** In bytes of UTF-8, of which a character has one at least. */
  readonly limit?: number;
};

/** How much is said, from all to least; the first that fits is taken. */
const densities = [
  { entries: Number.POSITIVE_INFINITY, paths: true },
  { entries: 100, paths: true },
  { entries: 50, paths: false },
  { entries: 15, paths: false },
  { entries: 3, paths: false },
] as const;
type Density = (typeof densities)[number];

/** By which the comment is found again, so that it is changed in its place. */
export const summaryMarker = "<!-- todo-evolution: summary of previews -->";

/**
 * One comment about the previews of all stacks: what must be read first, then numbers, the events'
 * compatibility, and by stack what happens to what. Values of properties are never shown, but for
 * partitions and times of retention. What does not fit is left out from the back, and said so.
 */
export function summaryOf(args: SummaryArgs): string {
  const { clean, cleanWords } = redactor([
    ...(args.secrets ?? []),
    ...args.previews.flatMap(secretsOf),
  ]);
  const limit = args.limit ?? commentLimit;
  // Words of others before they are cut and escaped, which would hide a secret from the search; and
  // the whole once more.
  const told = { ...args, previews: args.previews.map((it) => withWords(it, cleanWords)) };
  for (const density of densities) {
    const text = clean(render(told, density));
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return clipped(clean(render(told, densities.at(-1) as Density)), limit, args.details);
}

/** Whether it must not be merged as it is: the reasons, for an exit code. */
export const refusalsOf = ({ previews, contracts }: SummaryArgs): string[] => [
  ...(contracts?.incompatible ?? []),
  ...previews.flatMap(({ stack, violations, ...preview }) => [
    ...violations.filter((it) => it.isMandatory).map((it) => `${stack}: policy ${it.policy}`),
    ...(hasFailed(preview) ? [`${stack}: the preview failed`] : []),
  ]),
];

function render(args: SummaryArgs, density: Density): string {
  const isShort = density !== densities[0];
  const parts = [
    [
      summaryMarker,
      `## ${args.title ?? "Preview"}${args.commit ? ` of ${code(args.commit.slice(0, 12))}` : ""}`,
    ],
    alert("CAUTION", loud(args, density)),
    numbers(args.previews),
    ...(args.contracts ? [eventsPart(args.contracts, density)] : []),
    ...args.previews.map((preview) => stackPart(preview, density)),
    isShort ? [shortened(args.details)] : [],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

function loud({ previews, contracts }: SummaryArgs, { entries }: Density): string[] {
  const all = [
    ...previews
      .filter(hasFailed)
      .map(({ stack }) => `**The preview of ${code(stack)} failed**: see below.`),
    ...previews.flatMap(({ stack, violations }) => {
      const mandatory = violations.filter(({ isMandatory }) => isMandatory).length;
      if (mandatory === 0) return [];
      return [`**Policies refuse** ${code(stack)}: ${counted(mandatory, "violation")}.`];
    }),
    ...(contracts?.incompatible ?? []).map((it) => `**Events break**: ${escaped(it)}`),
    ...(contracts?.shrinking ?? []).map((it) => `**Contracts shrink**: ${escaped(it)}`),
    ...previews.flatMap((preview) =>
      risksOf(preview).map((risk) =>
        previews.length > 1 ? `${code(preview.stack)}: ${risk}` : risk,
      ),
    ),
  ];
  return all.length === 0 ? [] : ["**Read this before you merge.**", "", ...list(all, entries)];
}

function numbers(previews: readonly Preview[]): string[] {
  const rows = previews.map((preview) => {
    const changes = changesOf(preview);
    const counts = verbs.map((verb) => changes.filter((it) => it.verb === verb).length);
    return [
      code(preview.stack),
      ...counts.map(String),
      String(unchanged(preview)),
      judged(preview),
    ];
  });
  return table(["stack", ...verbs, "unchanged", "policies"], rows);
}

/** Whether it did not come to its end, or not well. */
const hasFailed = ({ faults, isWhole }: Pick<Preview, "faults" | "isWhole">): boolean =>
  faults.length > 0 || !isWhole;

function judged({ policyPacks, violations, ...preview }: Preview): string {
  if (policyPacks === undefined || policyPacks.length + violations.length === 0) return "not asked";
  const mandatory = violations.filter(({ isMandatory }) => isMandatory).length;
  const others = violations.length - mandatory;
  const said = [
    ...(mandatory > 0 ? [`❌ ${counted(mandatory, "violation")}`] : []),
    ...(others > 0 ? [counted(others, "advice", "advices")] : []),
  ];
  if (said.length > 0) return said.join(", ");
  return hasFailed(preview) ? "not all asked" : "✅ passed";
}

function eventsPart(contracts: ContractChanges, { entries }: Density): string[] {
  const { incompatible, extended, added, removed } = contracts;
  const names = (words: readonly string[]) => words.map((word) => code(word)).join(", ");
  return [
    "### Events",
    "",
    incompatible.length > 0
      ? `❌ ${counted(incompatible.length, "change")} would break consumers, or events still in a topic. ` +
        "Raise the event's `version`, or take the change back."
      : "✅ Compatible with what is released.",
    ...(incompatible.length > 0
      ? [
          "",
          ...list(
            incompatible.map((it) => escaped(it)),
            entries,
          ),
        ]
      : []),
    ...(extended.length > 0 ? ["", `Schemas that gain something: ${names(extended)}.`] : []),
    ...(added.length > 0 ? ["", `New: ${names(added)}.`] : []),
    ...(removed.length > 0 ? ["", `Removed: ${names(removed)}.`] : []),
  ];
}

function stackPart(preview: Preview, density: Density): string[] {
  const { stack, violations } = preview;
  const changes = changesOf(preview);
  const isOpen = (verb: Verb) => verb === "replace" || verb === "delete";
  const parts = [
    ...(hasFailed(preview) ? [failed(preview, density)] : []),
    policyTable(violations, density),
    ...verbs.toReversed().map((verb) => {
      const lines = entriesOf(
        changes.filter((it) => it.verb === verb),
        density,
      );
      const title = `${verb} ${changes.filter((it) => it.verb === verb).length}`;
      if (lines.length === 0) return [];
      return isOpen(verb) ? [`**${title}**`, "", ...lines] : folded(title, lines);
    }),
  ].filter((part) => part.length > 0);
  const text = parts.length > 0 ? parts : [["Nothing changes."]];
  return [`### ${code(stack)}`, ...text.flatMap((part) => ["", ...part])];
}

function failed({ faults, isWhole }: Preview, { entries }: Density): string[] {
  const cut = isWhole ? [] : ["The engine did not come to its end: what follows may be a part."];
  return alert(
    "WARNING",
    list([...faults.map(({ message }) => escaped(message)), ...cut], entries),
  );
}

function policyTable(violations: readonly Violation[], { entries }: Density): string[] {
  const rows = violations
    .toSorted((one, other) => Number(other.isMandatory) - Number(one.isMandatory))
    .slice(0, entries)
    .map(({ policy, isMandatory, message }) => [
      `${isMandatory ? "❌" : "ℹ️"} ${code(policy)}`,
      escaped(message),
    ]);
  const left = violations.length - rows.length;
  return [...table(["policy", "says"], rows), ...(left > 0 ? ["", `… and ${left} more`] : [])];
}

/** A line for each resource, kinds together; of a new one only its name, as all of it is new. */
function entriesOf(changes: readonly Change[], { entries, paths }: Density): string[] {
  const kinds = new Map<string, Change[]>();
  for (const change of changes) {
    kinds.set(kindOf(change), [...(kinds.get(kindOf(change)) ?? []), change]);
  }
  const lines = [...kinds].flatMap(([kind, all]) => {
    const isPlain = !paths || all.every(({ verb }) => verb === "create" || verb === "delete");
    if (isPlain) return [`${kind}: ${names(all, entries)}`];
    return all.map((change) => `${kind} ${code(change.name)}${differing(change)}`);
  });
  return list(lines, entries);
}

function names(changes: readonly Change[], most: number): string {
  const shown = changes.slice(0, most).map(({ name }) => code(name));
  const left = changes.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(", ");
}

function differing({ differs, forcing }: Change): string {
  const forced = forcing.map((path) => `**${code(path)}**`);
  const others = differs.filter((path) => !forcing.includes(path)).map((path) => code(path));
  const all = [...forced, ...others];
  const shown = all.slice(0, 8);
  const left = all.length - shown.length;
  return all.length > 0 ? `: ${[...shown, ...(left > 0 ? [`${left} more`] : [])].join(", ")}` : "";
}

const shortened = (details: string | undefined): string =>
  `_Shortened to what a comment may have.${details ? ` [The whole is here](${details}).` : ""}_`;

/** The last resort, for thousands of stacks or of violations: whole lines, and no box left open. */
function clipped(text: string, limit: number, details: string | undefined): string {
  const end = `\n\n</details>\n\n${shortened(details)}\n`;
  const lines: string[] = [];
  let size = Buffer.byteLength(end);
  for (const line of text.split("\n")) {
    size += Buffer.byteLength(line) + 1;
    if (size > limit) break;
    lines.push(line);
  }
  const kept = lines.join("\n");
  const open = kept.split("<details>").length > kept.split("</details>").length;
  return kept + (open ? end : end.replace("\n\n</details>", ""));
}
