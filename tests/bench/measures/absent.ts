import { appIds } from "#apps/contracts/services.ts";
import type { Measurement } from "../report.ts";

const has = (appId: string): boolean => (appIds as readonly string[]).includes(appId);

/** Rows whose measure is not written yet: said in the report, and counted there as not measured. */
export const absent = (): Measurement[] => [
  {
    name: "reminder lateness",
    notMeasured: has("notification") ? "its measure is not written" : "there are no reminders yet",
  },
];
