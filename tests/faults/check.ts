/** A create request that the API answered with 201. */
export type Acknowledgement = { readonly userId: string; readonly taskId: string };

/** A row of the activity log. */
export type ActivityRow = {
  /** The order in which audit learnt of the events. */
  readonly position: number;
  readonly userId: string;
  readonly taskId: string;
  readonly eventType: string;
  readonly sequence: number;
};

/** What was seen of one fault from outside. */
export type Evidence = {
  readonly acknowledged: readonly Acknowledgement[];
  /** The user of each request that was given up without an answer: its task may exist or not. */
  readonly unresolved: readonly string[];
  /** Answers that neither acknowledge nor may be repeated. */
  readonly refused: readonly string[];
  readonly activity: readonly ActivityRow[];
  /** Records added to dead-letter topics; undefined when Kafka could not be asked. */
  readonly deadLetters: number | undefined;
  /** Events that still wait in the outbox at the end; undefined when it could not be read. */
  readonly waiting: number | undefined;
};

/** Every deviation by kind, each said in words. All lists are empty when all is well. */
export type Findings = {
  /** Entries of type `created`. */
  readonly created: number;
  /** Entries beyond the first of an acknowledged task. */
  readonly duplicates: readonly string[];
  /** Acknowledged tasks without an entry, by task id. */
  readonly missing: readonly string[];
  /** Entries of tasks that nobody was promised. */
  readonly unexpected: readonly string[];
  /** Sequences that a user's log leaves out. */
  readonly gaps: readonly string[];
  /** Entries that came after one with the same or a later sequence. */
  readonly outOfOrder: readonly string[];
  /** What else went wrong: dead letters, events that wait, requests without an answer. */
  readonly others: readonly string[];
};

/** Compares what was promised with what audit has. */
export function check(evidence: Evidence): Findings {
  const created = evidence.activity.filter((row) => row.eventType === "created");
  const entries = Map.groupBy(created, keyOf);
  const promised = new Set(evidence.acknowledged.map(keyOf));
  const rows = [...evidence.activity].sort((one, other) => one.position - other.position);
  const users = Map.groupBy(rows, (row) => row.userId);
  const strangers = [...entries].filter(([key]) => !promised.has(key)).flatMap(([, rows]) => rows);
  return {
    created: created.length,
    duplicates: [...entries]
      .filter(([key]) => promised.has(key))
      .flatMap(([key, rows]) => rows.slice(1).map((row) => `${key} at ${row.position}`)),
    missing: evidence.acknowledged.filter((one) => !entries.has(keyOf(one))).map(taskIdOf),
    unexpected: withoutExcused(strangers, evidence.unresolved).map(describe),
    gaps: [...users].flatMap(([userId, own]) => gapsOf(own).map((gap) => `${userId}: ${gap}`)),
    outOfOrder: [...users].flatMap(([, own]) => overtakenOf(own).map(describe)),
    others: othersOf(evidence),
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

/** A request that was never answered may have made one task of its user. */
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

const keyOf = ({ userId, taskId }: Acknowledgement): string => `${userId}/${taskId}`;
const taskIdOf = ({ taskId }: Acknowledgement): string => taskId;
const describe = (row: ActivityRow): string =>
  `${keyOf(row)} sequence ${row.sequence} at ${row.position}`;
