import { type Consequence, checkEffects, type Effect } from "./effects.ts";
import { checkTold, type Told } from "./told.ts";

/** A change of a task that the API answered with 2xx. */
export type Acknowledgement = {
  readonly userId: string;
  readonly taskId: string;
  readonly eventType: "created" | "completed";
};

/** A row of the activity log. */
export type ActivityRow = {
  /** The order in which audit learnt of the events. */
  readonly position: number;
  readonly userId: string;
  /** Of what it tells: `task`, `reminder`, `notification`, `user`; each is a stream of its own. */
  readonly kind: string;
  readonly taskId: string | null;
  /** The series of its task, of tasks that recur. */
  readonly seriesId: string | null;
  readonly eventType: string;
  readonly source: string;
  readonly sequence: number;
};

/** What was seen of one fault from outside. */
export type Evidence = {
  readonly acknowledged: readonly Acknowledgement[];
  readonly consequences: readonly Consequence[];
  /** The user of each request that was given up without an answer: it may have done its work. */
  readonly unresolved: readonly string[];
  /** Answers that neither acknowledge nor may be repeated. */
  readonly refused: readonly string[];
  readonly activity: readonly ActivityRow[];
  readonly effects: readonly Effect[];
  /** What clients were told of each user's changes; none where nobody could connect. */
  readonly told: readonly Told[];
  /** Records added to dead-letter topics; undefined when Kafka could not be asked. */
  readonly deadLetters: number | undefined;
  /** Events that still wait in an outbox at the end; undefined when it could not be read. */
  readonly waiting: number | undefined;
};

/** Every deviation by kind, each said in words. All lists are empty when all is well. */
export type Findings = {
  /** Entries beyond the first of an acknowledged change, effects and tellings beyond the first. */
  readonly duplicates: readonly string[];
  /** Acknowledged changes without an entry or not told, consequences that did not follow. */
  readonly missing: readonly string[];
  /** Entries and effects that nobody was promised. */
  readonly unexpected: readonly string[];
  /** Sequences that a user's log leaves out. */
  readonly gaps: readonly string[];
  /** Entries and tellings that came after one with the same or a later sequence. */
  readonly outOfOrder: readonly string[];
  /** What else went wrong: dead letters, events that wait, requests without an answer. */
  readonly others: readonly string[];
};

/** Compares what was promised with what is there. */
export function check(evidence: Evidence): Findings {
  const { acknowledged, activity, consequences } = evidence;
  const effects = checkEffects(consequences, evidence.effects);
  const told = checkTold(evidence.told, activity);
  const changes = activity.filter(({ kind }) => kind === "task");
  const entries = Map.groupBy(changes, keyOf);
  const promised = new Set(acknowledged.map(keyOf));
  const series = new Set(consequences.map(({ key }) => key));
  // The next of a series is a consequence, and is counted as one.
  const follows = ({ source, seriesId, eventType }: ActivityRow): boolean =>
    source === "recurring" && eventType === "created" && series.has(seriesId ?? "");
  const strangers = changes.filter((row) => !promised.has(keyOf(row)) && !follows(row));
  const rows = [...activity].sort((one, other) => one.position - other.position);
  const streams = Map.groupBy(rows, ({ userId, kind }) => `${userId} ${kind}`);
  return {
    duplicates: [
      ...acknowledged.flatMap((one) =>
        (entries.get(keyOf(one)) ?? []).slice(1).map((row) => `${keyOf(one)} at ${row.position}`),
      ),
      ...effects.duplicates,
      ...told.duplicates,
    ],
    missing: [
      ...acknowledged.map(keyOf).filter((key) => !entries.has(key)),
      ...effects.missing,
      ...told.missing,
    ],
    unexpected: [
      ...withoutExcused(strangers, evidence.unresolved).map(describe),
      ...effects.unexpected,
    ],
    gaps: [...streams].flatMap(([stream, own]) => gapsOf(own).map((gap) => `${stream}: ${gap}`)),
    outOfOrder: [
      ...[...streams].flatMap(([, own]) => overtakenOf(own).map(describe)),
      ...told.outOfOrder,
    ],
    others: [...othersOf(evidence), ...told.others],
  };
}

/** All deviations in one list, the few that may explain the many first; empty when all is well. */
export const deviationsOf = (findings: Findings): string[] => [
  ...findings.others,
  ...findings.duplicates.map((text) => `duplicate: ${text}`),
  ...findings.missing.map((text) => `missing: ${text}`),
  ...findings.unexpected.map((text) => `unexpected: ${text}`),
  ...findings.gaps.map((text) => `gap: ${text}`),
  ...findings.outOfOrder.map((text) => `out of order: ${text}`),
];

function othersOf(evidence: Evidence): string[] {
  const { acknowledged, unresolved, refused, deadLetters, waiting } = evidence;
  return [
    ...(acknowledged.length === 0 ? ["nothing was acknowledged, so nothing is shown"] : []),
    ...(deadLetters === undefined ? ["the dead letters could not be counted"] : []),
    ...(deadLetters ? [`${deadLetters} dead letters`] : []),
    ...(waiting === undefined ? ["the outbox could not be read"] : []),
    ...(waiting ? [`${waiting} events still wait in the outbox`] : []),
    ...unresolved.map((userId) => `a request of ${userId} was never answered`),
    ...refused.map((text) => `refused: ${text}`),
  ];
}

/** A request that was never answered may have made one entry of its user. */
function withoutExcused(rows: ActivityRow[], unresolved: readonly string[]): ActivityRow[] {
  const excuses = [...unresolved];
  return rows.filter((row) => {
    const index = excuses.indexOf(row.userId);
    if (index >= 0) excuses.splice(index, 1);
    return index < 0;
  });
}

function gapsOf(rows: readonly ActivityRow[]): string[] {
  const seen = new Set(rows.map((row) => row.sequence));
  const last = Math.max(...seen);
  const all = Array.from({ length: last }, (_, index) => index + 1);
  return all.filter((sequence) => !seen.has(sequence)).map(String);
}

function overtakenOf(rows: readonly ActivityRow[]): ActivityRow[] {
  let highest = 0;
  return rows.filter((row) => {
    const isLate = row.sequence <= highest;
    highest = Math.max(highest, row.sequence);
    return isLate;
  });
}

type Keyed = Pick<ActivityRow, "userId" | "taskId" | "eventType">;

const keyOf = ({ userId, taskId, eventType }: Keyed): string => `${userId}/${taskId} ${eventType}`;
const describe = (row: ActivityRow): string =>
  `${row.kind} ${keyOf(row)} sequence ${row.sequence} at ${row.position}`;
