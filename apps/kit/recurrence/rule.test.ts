import { describe, expect, test } from "vitest";
import { parseRule, RuleError } from "./rule.ts";

describe("a rule", () => {
  test.for([
    ["FREQ=DAILY", { text: "FREQ=DAILY", frequency: "DAILY", count: undefined }],
    [
      "freq=weekly;byday=mo,we",
      { text: "FREQ=WEEKLY;BYDAY=MO,WE", frequency: "WEEKLY", count: undefined },
    ],
    [
      "FREQ=DAILY;COUNT=3;INTERVAL=2",
      { text: "FREQ=DAILY;INTERVAL=2", frequency: "DAILY", count: 3 },
    ],
  ] as const)("%s is read", ([text, rule]) => {
    expect(parseRule(text)).toEqual(rule);
  });

  test.for([
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;WKST=SU",
    "FREQ=YEARLY;BYYEARDAY=100",
    "FREQ=HOURLY;INTERVAL=5;BYDAY=MO",
    "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=30",
    "FREQ=DAILY;UNTIL=20261231",
    "FREQ=DAILY;UNTIL=20261231T090000Z",
  ])("%s is taken", (text) => {
    expect(parseRule(text).text).toBe(text);
  });

  test.for([
    ["", /is no part of a rule.*FREQ is missing/],
    ["every day", /is no part of a rule/],
    ["RRULE:FREQ=DAILY", /is no part of a rule/],
    ["INTERVAL=2", /FREQ is missing/],
    ["FREQ=SECONDLY", /FREQ must be one of HOURLY/],
    ["FREQ=MINUTELY", /FREQ must be one of HOURLY/],
    ["FREQ=DAILY;FREQ=WEEKLY", /FREQ is there twice/],
    ["FREQ=DAILY;FOO=1", /FOO is not taken; known are FREQ/],
    ["FREQ=DAILY;constructor=1", /CONSTRUCTOR is not taken/],
    ["FREQ=DAILY;BYSECOND=1", /BYSECOND is not taken/],
    ["FREQ=DAILY;RSCALE=HEBREW", /RSCALE is not taken/],
    ["FREQ=DAILY;INTERVAL=0", /INTERVAL must be a whole number from 1 to 1000/],
    ["FREQ=DAILY;INTERVAL=1001", /INTERVAL must be/],
    ["FREQ=DAILY;INTERVAL=1.5", /INTERVAL must be/],
    ["FREQ=DAILY;COUNT=0", /COUNT must be/],
    ["FREQ=DAILY;COUNT=3;UNTIL=20261231", /COUNT and UNTIL exclude each other/],
    ["FREQ=DAILY;UNTIL=20260231", /UNTIL must be a date/],
    ["FREQ=DAILY;UNTIL=20261231T090000", /UNTIL must be a date, .* or a time in UTC/],
    ["FREQ=DAILY;UNTIL=20261231T250000Z", /UNTIL must be a date/],
    ["FREQ=DAILY;BYHOUR=24", /BYHOUR must be a whole number from 0 to 23/],
    ["FREQ=WEEKLY;BYDAY=XX", /BYDAY must be weekdays/],
    ["FREQ=WEEKLY;BYDAY=MO,,TU", /BYDAY must be weekdays/],
    ["FREQ=WEEKLY;BYDAY=1MO", /BYDAY with a number/],
    ["FREQ=WEEKLY;BYMONTHDAY=3", /BYMONTHDAY is not taken with FREQ=WEEKLY/],
    ["FREQ=MONTHLY;BYMONTHDAY=32", /BYMONTHDAY must be 1 to 31 or -1 to -31/],
    ["FREQ=MONTHLY;BYMONTHDAY=0", /BYMONTHDAY must be/],
    ["FREQ=MONTHLY;BYSETPOS=1", /BYSETPOS wants another BY part/],
    ["FREQ=MONTHLY;BYWEEKNO=3", /BYWEEKNO is taken with FREQ=YEARLY only/],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", /no month of BYMONTH has a day of BYMONTHDAY/],
    ["FREQ=HOURLY;BYMONTH=2", /BYMONTH is not taken with FREQ=HOURLY/],
    ["FREQ=DAILY\nEXDATE:20260201T080000Z", /is no part of a rule|FREQ must be/],
    ["FREQ=FOO;INTERVAL=x", /FREQ must be .*; INTERVAL must be/],
  ] as const)("%s is refused", ([text, reason]) => {
    expect(() => parseRule(text)).toThrow(RuleError);
    expect(() => parseRule(text)).toThrow(reason);
  });
});
