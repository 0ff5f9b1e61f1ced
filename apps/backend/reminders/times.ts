import type { ReminderType } from "./tables.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * When a relative reminder is due: an hour before is 60 minutes before; a day before is the same
 * time of the clock in the zone on the day before, which around a change of summer time is 23 or 25
 * hours. Where the clock skips that time, it is as much later as is skipped; where it shows it
 * twice, the first.
 */
export function remindAtOf(
  type: Exclude<ReminderType, "custom">,
  due: Date,
  timeZone: string,
): Date {
  if (type === "1_hour_before") return new Date(due.getTime() - hourMs);
  const wanted = due.getTime() + offsetMs(due.getTime(), timeZone) - dayMs;
  // Of the two offsets around a change, the one before gives the earlier of two equal times and,
  // for a skipped one, that much later (as Temporal's "compatible").
  const before = wanted - offsetMs(wanted - dayMs, timeZone);
  const after = wanted - offsetMs(wanted + dayMs, timeZone);
  const fits = (at: number) => at + offsetMs(at, timeZone) === wanted;
  return new Date(fits(before) || !fits(after) ? before : after);
}

/** How far the clock of a zone is ahead of UTC at a moment, in ms. */
function offsetMs(at: number, timeZone: string): number {
  const part = Object.fromEntries(
    partsIn(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return shown - Math.floor(at / 1_000) * 1_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** There are some 600 names, but each may be written in many ways: "UTC", "Utc". */
const mostFormats = 1_000;

function partsIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formats.size >= mostFormats) formats.clear();
  formats.set(timeZone, format);
  return format;
}
