import { daprObjects, deployments, namespaceThere } from "./declared.ts";
import type { Check, Finding } from "./finding.ts";
import { events, lags } from "./metrics.ts";
import { conditions, jobs, stuck } from "./objects.ts";
import { containers, sidecars, unscheduled } from "./pods.ts";
import type { Snapshot } from "./snapshot.ts";

/** Everything that the checks find, what is broken first. */
export const examine = (snapshot: Snapshot): Finding[] =>
  checks
    .flatMap((check) => check(snapshot))
    .sort((one, other) => one.severity.localeCompare(other.severity));

const checks: readonly Check[] = [
  namespaceThere,
  stuck,
  deployments,
  sidecars,
  containers,
  unscheduled,
  jobs,
  daprObjects,
  conditions,
  events,
  lags,
];
