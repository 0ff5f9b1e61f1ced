import { describe, expect, test } from "vitest";
import { nextOccurrence } from "./next-occurrence.ts";
import { RuleError } from "./rule.ts";

const berlin = "Europe/Berlin";
const newYork = "America/New_York";

/** The series from a due date on, that many occurrences after it. */
function seriesOf(rule: string, zone: string, dueDate: string, length: number): string[] {
  const series: string[] = [];
  let due: Date | null = new Date(dueDate);
  while (series.length < length) {
    due = nextOccurrence(rule, zone, due);
    if (due === null) break;
    series.push(due.toISOString().slice(0, 16));
  }
  return series;
}

describe("the next occurrence", () => {
  const rows: [name: string, rule: string, zone: string, due: string, next: string[]][] = [
    [
      "daily",
      "FREQ=DAILY",
      "UTC",
      "2026-12-31T09:00:00Z",
      ["2027-01-01T09:00", "2027-01-02T09:00"],
    ],
    [
      "every third day",
      "FREQ=DAILY;INTERVAL=3",
      "UTC",
      "2026-02-27T09:00:00Z",
      ["2026-03-02T09:00"],
    ],
    [
      "on weekdays, over a weekend",
      "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
      berlin,
      "2026-01-15T08:00:00Z",
      ["2026-01-16T08:00", "2026-01-19T08:00"],
    ],
    ["weekly", "FREQ=WEEKLY", berlin, "2026-01-15T08:00:00Z", ["2026-01-22T08:00"]],
    [
      "every other week on two days",
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
      "UTC",
      "2026-01-05T08:00:00Z",
      ["2026-01-07T08:00", "2026-01-19T08:00", "2026-01-21T08:00"],
    ],
    [
      "monthly on the 31st, which some months lack",
      "FREQ=MONTHLY",
      berlin,
      "2026-01-31T08:00:00Z",
      ["2026-03-31T07:00", "2026-05-31T07:00", "2026-07-31T07:00", "2026-08-31T07:00"],
    ],
    [
      "on the last day of the month",
      "FREQ=MONTHLY;BYMONTHDAY=-1",
      "UTC",
      "2028-01-31T08:00:00Z",
      ["2028-02-29T08:00", "2028-03-31T08:00"],
    ],
    [
      "on the first Monday of the month",
      "FREQ=MONTHLY;BYDAY=1MO",
      "UTC",
      "2026-01-05T08:00:00Z",
      ["2026-02-02T08:00", "2026-03-02T08:00"],
    ],
    [
      "yearly on a leap day",
      "FREQ=YEARLY",
      "UTC",
      "2028-02-29T09:00:00Z",
      ["2032-02-29T09:00", "2036-02-29T09:00"],
    ],
    [
      "yearly over the leap day that 2100 lacks",
      "FREQ=YEARLY",
      "UTC",
      "2096-02-29T09:00:00Z",
      ["2104-02-29T09:00"],
    ],
    [
      "daily at nine while clocks in Berlin go forward",
      "FREQ=DAILY",
      berlin,
      "2026-03-28T08:00:00Z",
      ["2026-03-29T07:00", "2026-03-30T07:00"],
    ],
    [
      "daily at nine while clocks in Berlin go back",
      "FREQ=DAILY",
      berlin,
      "2026-10-24T07:00:00Z",
      ["2026-10-25T08:00", "2026-10-26T08:00"],
    ],
    [
      "daily at nine while clocks in New York go forward",
      "FREQ=DAILY",
      newYork,
      "2026-03-07T14:00:00Z",
      ["2026-03-08T13:00", "2026-03-09T13:00"],
    ],
    [
      "weekly at nine while clocks in New York go back",
      "FREQ=WEEKLY",
      newYork,
      "2026-10-28T13:00:00Z",
      ["2026-11-04T14:00"],
    ],
    [
      "at half past two, which is left out in the night it is missing, and does not drift",
      "FREQ=DAILY",
      berlin,
      "2026-03-28T01:30:00Z",
      ["2026-03-30T00:30", "2026-03-31T00:30"],
    ],
    [
      "at half past two, which is there twice: the first of them",
      "FREQ=DAILY",
      berlin,
      "2026-10-24T00:30:00Z",
      ["2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    [
      "after the second half past two of a night",
      "FREQ=DAILY",
      berlin,
      "2026-10-25T01:30:00Z",
      ["2026-10-26T01:30"],
    ],
    [
      "late in the evening, on the day it is in the zone",
      "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
      newYork,
      "2026-01-17T02:00:00Z",
      ["2026-01-20T02:00"],
    ],
    ["hourly", "FREQ=HOURLY;INTERVAL=5", berlin, "2026-01-01T20:00:00Z", ["2026-01-02T01:00"]],
    [
      "from a due date that the rule does not meet",
      "FREQ=WEEKLY;BYDAY=MO",
      "UTC",
      "2026-01-06T10:00:00Z",
      ["2026-01-12T10:00"],
    ],
  ];

  test.for(rows)("%s", ([, rule, zone, due, next]) => {
    expect(seriesOf(rule, zone, due, next.length)).toEqual(next);
  });

  test("does not count: COUNT is for who keeps the series", () => {
    expect(seriesOf("FREQ=DAILY;COUNT=1", "UTC", "2026-01-01T09:00:00Z", 1)).toHaveLength(1);
  });

  test("ends with UNTIL, which is the last day in the zone or the last instant", () => {
    const first = "2026-01-01T23:30:00Z";
    expect(seriesOf("FREQ=DAILY;UNTIL=20260103", "UTC", first, 10)).toHaveLength(2);
    expect(seriesOf("FREQ=DAILY;UNTIL=20260103", newYork, first, 10)).toHaveLength(2);
    expect(seriesOf("FREQ=DAILY;UNTIL=20260103", berlin, first, 10)).toHaveLength(1);
    expect(seriesOf("FREQ=DAILY;UNTIL=20260103T233000Z", "UTC", first, 10)).toHaveLength(2);
    expect(seriesOf("FREQ=DAILY;UNTIL=20260103T232959Z", "UTC", first, 10)).toHaveLength(1);
  });

  test("of a rule that has none is null, and soon", () => {
    const startedAt = performance.now();
    const full = (count: number) => Array.from({ length: count }, (_, index) => index).join(",");
    for (const rule of [
      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
      "FREQ=DAILY;INTERVAL=365;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
      `FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=${full(24)};BYMINUTE=${full(60)};BYSETPOS=-366`,
      "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
    ]) {
      nextOccurrence(rule, berlin, new Date("2026-01-01T09:00:00Z"));
    }
    expect(nextOccurrence("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9", "UTC", new Date(0))).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  test("is never beyond the dates that tasks may have", () => {
    expect(nextOccurrence("FREQ=YEARLY;INTERVAL=1000", "UTC", new Date("9500-01-01"))).toBeNull();
  });

  test("of what is no rule or no zone is refused", () => {
    const due = new Date("2026-01-01T09:00:00Z");
    expect(() => nextOccurrence("FREQ=SOMETIMES", "UTC", due)).toThrow(RuleError);
    expect(() => nextOccurrence("FREQ=DAILY", "Mars/Olympus", due)).toThrow(RuleError);
  });
});
