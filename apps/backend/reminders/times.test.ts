import { describe, expect, test } from "vitest";
import { remindAtOf } from "./times.ts";

const dayBefore = (due: string, timeZone: string) =>
  remindAtOf("1_day_before", new Date(due), timeZone).toISOString();

describe("a day before", () => {
  test.each([
    ["an ordinary day", "2026-01-31T09:00:00.000Z", "Europe/Berlin", "2026-01-30T09:00:00.000Z"],
    [
      "UTC, which has no summer time",
      "2026-03-29T09:00:00.000Z",
      "UTC",
      "2026-03-28T09:00:00.000Z",
    ],
    // 09:00 in Berlin is 07:00 UTC from 29 March on and 08:00 UTC the day before: 23 hours.
    [
      "the start of summer time",
      "2026-03-29T07:00:00.000Z",
      "Europe/Berlin",
      "2026-03-28T08:00:00.000Z",
    ],
    ["its end", "2026-10-25T08:00:00.000Z", "Europe/Berlin", "2026-10-24T07:00:00.000Z"],
    [
      "its start in New York",
      "2026-03-08T13:00:00.000Z",
      "America/New_York",
      "2026-03-07T14:00:00.000Z",
    ],
    // 02:30 does not exist on 29 March in Berlin: an hour later by the clock, 03:30 CEST.
    [
      "a time that the clock skips",
      "2026-03-30T00:30:00.000Z",
      "Europe/Berlin",
      "2026-03-29T01:30:00.000Z",
    ],
    // 02:30 comes twice on 25 October: the first, still summer time.
    [
      "a time that comes twice",
      "2026-10-26T01:30:00.000Z",
      "Europe/Berlin",
      "2026-10-25T00:30:00.000Z",
    ],
    [
      "a zone of half an hour",
      "2026-01-31T09:00:00.123Z",
      "Asia/Kolkata",
      "2026-01-30T09:00:00.123Z",
    ],
    ["a leap day", "2028-03-01T12:00:00.000Z", "America/New_York", "2028-02-29T12:00:00.000Z"],
  ])("%s", (_, due, zone, expected) => {
    expect(dayBefore(due, zone)).toBe(expected);
  });
});

test("an hour before is sixty minutes, whatever the clock does", () => {
  const due = new Date("2026-03-29T01:30:00.000Z");
  const before = remindAtOf("1_hour_before", due, "Europe/Berlin");
  expect(before.toISOString()).toBe("2026-03-29T00:30:00.000Z");
});
