import { RRuleTemporal } from "rrule-temporal";
import { isTimeZone } from "#apps/kit/time-zone.ts";
import { type Frequency, parseRule, RuleError } from "./rule.ts";

/**
 * How many periods are looked through for the next occurrence. A rule that has none in them (as the
 * tenth Monday of a month) has none at all, and finding that out may not hold up everything else.
 */
const mostPeriods: Record<Frequency, number> = {
  HOURLY: 1_000,
  DAILY: 4_000,
  WEEKLY: 600,
  MONTHLY: 600,
  YEARLY: 100,
};
const mostCandidates = 50_000;

/**
 * When a task recurs: the first occurrence of its rule after its due date, read on the clocks of
 * its time zone, or null when its series has ended. The series goes on from the due date that the
 * task has: moved to ten o'clock, it is at ten from then on.
 * COUNT is left to who knows how many there were.
 *
 * By RFC 5545, 3.3.10: a day or time that does not exist is left out (the 31st in April, half past
 * two in the night that clocks go forward); a time that is there twice is the first of the two.
 * Throws RuleError for a rule or zone that is none.
 */
export function nextOccurrence(rule: string, timeZone: string, dueDate: Date): Date | null {
  const { text, frequency } = parseRule(rule);
  if (!isTimeZone(timeZone)) throw new RuleError(`${timeZone} is no IANA time zone`);
  const occurrences = new RRuleTemporal({
    rruleString: `DTSTART;TZID=${timeZone}:${localTime(dueDate, timeZone)}\nRRULE:${text}`,
    maxIterations: mostPeriods[frequency],
    maxCandidateEvaluations: mostCandidates,
  });
  const next = firstAfter(occurrences, dueDate);
  return next === null || next >= lastDate ? null : next;
}

/** Where the dates of tasks end. */
const lastDate = new Date("9999-01-01T00:00:00Z");

function firstAfter(occurrences: RRuleTemporal, time: Date): Date | null {
  try {
    const next = occurrences.next(time, false);
    return next === null ? null : new Date(next.epochMilliseconds);
  } catch (error) {
    if (/^Maximum .* exceeded/.test((error as Error).message)) return null;
    throw error;
  }
}

/** What clocks of the zone show, in the form of RFC 5545: `20260131T090000`. */
function localTime(time: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const shown = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, value]),
  );
  const { year = "", month, day, hour, minute, second } = shown;
  return `${year.padStart(4, "0")}${month}${day}T${hour}${minute}${second}`;
}
