import { expect, test } from "vitest";
import { isTimeZone } from "./time-zone.ts";

test("time zones are names of the IANA database", () => {
  for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) {
    expect(isTimeZone(name), name).toBe(true);
  }
  for (const name of ["", "+01:00", "Mars/Olympus", "Europe/Berlin\nRRULE:", "../etc"]) {
    expect(isTimeZone(name), name).toBe(false);
  }
});
