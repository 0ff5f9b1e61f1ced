/** A recurrence rule that was read and found right. */
export type Rule = {
  /** Its parts, in capitals and without COUNT, as `FREQ=WEEKLY;BYDAY=MO`. */
  readonly text: string;
  readonly frequency: Frequency;
  /** How many occurrences the series has in all; undefined for no bound. */
  readonly count: number | undefined;
};

export type Frequency = (typeof frequencies)[number];

/** A rule that is not one of those we keep; the message names every fault. */
export class RuleError extends Error {
  override readonly name = "RuleError";
}

const frequencies = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
const weekday = /^(MO|TU|WE|TH|FR|SA|SU)$/;

/** What a part may hold; a fault in words, or undefined. */
type Check = (value: string) => string | undefined;

const parts: Readonly<Record<string, Check>> = {
  FREQ: (value) =>
    (frequencies as readonly string[]).includes(value)
      ? undefined
      : `must be one of ${frequencies.join(", ")}`,
  INTERVAL: integer(1, 1_000),
  COUNT: integer(1, 10_000),
  UNTIL: untilFault,
  BYHOUR: listOf(integer(0, 23)),
  BYMINUTE: listOf(integer(0, 59)),
  BYDAY: listOf((value) =>
    /^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/.test(value)
      ? undefined
      : "must be weekdays, as MO,WE or 1MO or -1FR",
  ),
  BYMONTHDAY: listOf(integerFromEnd(31)),
  BYYEARDAY: listOf(integerFromEnd(366)),
  BYWEEKNO: listOf(integerFromEnd(53)),
  BYMONTH: listOf(integer(1, 12)),
  BYSETPOS: listOf(integerFromEnd(366)),
  WKST: (value) => (weekday.test(value) ? undefined : "must be a weekday, as MO"),
};

/**
 * Reads a rule of RFC 5545 (section 3.3.10), as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10`, or throws
 * RuleError. Stricter than the RFC where a task needs less: no SECONDLY, MINUTELY or BYSECOND,
 * INTERVAL to 1,000 and COUNT to 10,000, and HOURLY takes no part that speaks of months and years.
 */
export function parseRule(text: string): Rule {
  const given = text.toUpperCase().split(";");
  const faults: string[] = [];
  const read = new Map<string, string>();
  for (const part of given) {
    const [, name, value] = /^([A-Z]+)=(.+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      faults.push(`"${part.slice(0, 40)}" is no part of a rule, as FREQ=DAILY is one`);
    } else if (!Object.hasOwn(parts, name)) {
      faults.push(`${name} is not taken; known are ${Object.keys(parts).join(", ")}`);
    } else if (read.has(name)) {
      faults.push(`${name} is there twice`);
    } else {
      read.set(name, value);
      const fault = parts[name]?.(value);
      if (fault) faults.push(`${name} ${fault}`);
    }
  }
  if (!read.has("FREQ")) faults.push("FREQ is missing");
  if (faults.length === 0) faults.push(...contradictions(read));
  if (faults.length > 0) throw new RuleError(faults.join("; "));
  const count = read.get("COUNT");
  return {
    text: given.filter((part) => !part.startsWith("COUNT=")).join(";"),
    frequency: read.get("FREQ") as Frequency,
    count: count === undefined ? undefined : Number(count),
  };
}

/** What is wrong with parts that are right by themselves. */
function contradictions(read: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  const frequency = read.get("FREQ") ?? "";
  const refuse = (name: string, where: boolean, why: string) => {
    if (read.has(name) && where) faults.push(`${name} ${why}`);
  };
  refuse("COUNT", read.has("UNTIL"), "and UNTIL exclude each other");
  for (const name of ["BYMONTH", "BYMONTHDAY", "BYSETPOS"]) {
    refuse(name, frequency === "HOURLY", "is not taken with FREQ=HOURLY");
  }
  refuse("BYMONTHDAY", frequency === "WEEKLY", "is not taken with FREQ=WEEKLY");
  refuse("BYWEEKNO", frequency !== "YEARLY", "is taken with FREQ=YEARLY only");
  refuse("BYYEARDAY", frequency !== "YEARLY", "is taken with FREQ=YEARLY only");
  const numbered = /\d/.test(read.get("BYDAY") ?? "");
  const inPeriod = frequency === "MONTHLY" || (frequency === "YEARLY" && !read.has("BYWEEKNO"));
  refuse("BYDAY", numbered && !inPeriod, "with a number, as 1MO, wants FREQ=MONTHLY or YEARLY");
  const chosen = [...read.keys()].some((name) => name.startsWith("BY") && name !== "BYSETPOS");
  refuse("BYSETPOS", !chosen, "wants another BY part to choose from");
  if (neverInCalendar(read)) faults.push("no month of BYMONTH has a day of BYMONTHDAY");
  return faults;
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function neverInCalendar(read: ReadonlyMap<string, string>): boolean {
  const days = read.get("BYMONTHDAY")?.split(",").map(Number);
  const months = read.get("BYMONTH")?.split(",").map(Number);
  if (!days || !months) return false;
  return months.every((month) =>
    days.every((day) => Math.abs(day) > (longestMonths[month - 1] ?? 0)),
  );
}

function integer(least: number, most: number): Check {
  return (value) =>
    /^\d{1,5}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;
}

/** A number of a day, week or place, counted from the end when it is negative. */
function integerFromEnd(most: number): Check {
  return (value) => {
    const number = /^[+-]?\d{1,3}$/.test(value) ? Math.abs(Number(value)) : 0;
    return number >= 1 && number <= most ? undefined : `must be 1 to ${most} or -1 to -${most}`;
  };
}

function listOf(check: Check): Check {
  return (value) =>
    value
      .split(",")
      .map(check)
      .find((fault) => fault !== undefined);
}

function untilFault(value: string): string | undefined {
  const [, year, month, day, time] = /^(\d{4})(\d{2})(\d{2})(T\d{6}Z)?$/.exec(value) ?? [];
  const iso = `${year}-${month}-${day}`;
  const clock = time ? `${time.slice(1, 3)}:${time.slice(3, 5)}:${time.slice(5, 7)}` : "00:00:00";
  const date = new Date(`${iso}T${clock}Z`);
  // A day that the month does not have would become one of the next month.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${iso}T${clock}`);
  return exists ? undefined : "must be a date, as 20261231, or a time in UTC, as 20261231T090000Z";
}
