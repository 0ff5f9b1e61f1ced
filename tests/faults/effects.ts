/** What has to follow of itself: a user registered, a reminder was set, one of a series is done. */
export type Consequence = {
  readonly userId: string;
  readonly of: "registration" | "reminder" | "series";
  /** The id of the user, the reminder, the series. */
  readonly key: string;
};

/** One thing that did follow, found where it is kept. */
export type Effect = {
  readonly stage: string;
  readonly userId: string;
  readonly key: string;
};

/** Where each leaves its traces, each exactly one. */
export const stages = {
  registration: ["log: registered", "notification", "mail", "list", "log: notified"],
  reminder: ["reminder: sent", "log: due", "notification", "mail", "list", "log: notified"],
  series: ["next task", "log: next task"],
} as const satisfies Record<Consequence["of"], readonly string[]>;

export type EffectFindings = {
  readonly duplicates: readonly string[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
};

/** Compares what had to follow with what did: at every stage one effect, and that of its user. */
export function checkEffects(
  consequences: readonly Consequence[],
  effects: readonly Effect[],
): EffectFindings {
  const found = Map.groupBy(effects, idOf);
  const wanted = consequences.flatMap(({ of, userId, key }) =>
    stages[of].map((stage) => ({ of, stage, userId, key })),
  );
  const known = new Set(wanted.map(idOf));
  return {
    missing: wanted.filter((one) => !found.has(idOf(one))).map((one) => `${one.of} ${idOf(one)}`),
    duplicates: wanted.flatMap((one) => {
      const times = found.get(idOf(one))?.length ?? 0;
      return times > 1 ? [`${one.of} ${idOf(one)}: ${times} times`] : [];
    }),
    unexpected: effects.map(idOf).filter((id) => !known.has(id)),
  };
}

const idOf = ({ userId, key, stage }: Effect): string => `${userId}/${key} ${stage}`;
