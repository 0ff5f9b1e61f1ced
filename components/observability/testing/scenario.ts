import type { Topic } from "#apps/contracts/topics.ts";
import { deadLetterTopic } from "#apps/contracts/topics.ts";
import type { Alert } from "../alerts/alert.ts";
import type { MetricName } from "../metric-names.ts";
import { series } from "../promql.ts";

/** A series as promtool is told it: a selector and its values, a minute apart. */
export type Given = { readonly series: string; readonly values: string };

/** One state of the world, and whether an alert must fire in it. */
export type Scenario = {
  readonly says: string;
  readonly fires: boolean;
  readonly given: readonly Given[];
  /** When it is looked at, from the first sample on. */
  readonly atMinute: number;
};

/** What is known of an alert's firing: by name, for each of its subjects. */
export type ScenariosOf = (alert: Alert) => readonly Scenario[];

export const namespace = "todo";
export const daprNamespace = "dapr-system";
const lookMinute = 120;

export const fires = (says: string, ...given: Given[]): Scenario => ({
  says,
  fires: true,
  given,
  atMinute: lookMinute,
});

export const silent = (says: string, ...given: Given[]): Scenario => ({
  ...fires(says, ...given),
  fires: false,
});

/** A series of the namespace of the services, unless its labels say otherwise. */
export const given = (
  name: MetricName,
  labels: Readonly<Record<string, string>>,
  values: string,
): Given => ({ series: series(name, { namespace, ...labels }), values });

/** Always the same. */
export const always = (value: number): string => `${value}x130`;
/** A counter with this rate per second. */
export const counting = (perSecond: number): string => `0+${perSecond * 60}x130`;
/** What begins to exist, or jumps, eight minutes before it is looked at. */
export const lately = (value: number, before: number | "_" = "_"): string =>
  `${before}x111 ${value}x20`;

/** The labels that a consumer's own series have. */
export const groupOf = ({ subject }: Alert) => ({
  topic: subject.topic ?? "",
  consumergroup: subject.consumer ?? "",
});

export const deadLettersOf = ({ subject }: Alert) => ({
  topic: deadLetterTopic(subject.topic as Topic, subject.consumer ?? ""),
});
