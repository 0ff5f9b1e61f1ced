import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { scales } from "#components/service/scaling.ts";
import { quantile, rate, series } from "../promql.ts";
import type { Alert, AlertsArgs } from "./alert.ts";

/** Of the requests to a service, how many may fail by its own fault. */
export const mostErrors = 0.01;
/** What section 8 of the specification allows under load, in seconds. */
export const slowestApiSeconds = 0.5;

/** Requests of people and of sidecars; not those of probes and of Prometheus itself. */
export const realRoutes = { not: "/healthz|/readyz|/metrics" } as const;

/** What may go wrong with a service as such. */
export const serviceAlerts = (args: AlertsArgs): Alert[] => [
  ...appIds.flatMap((appId) => [
    errorRate(appId, args),
    absence(appId, args),
    ...(contractOf(appId).publicPaths.length > 0 ? [slowness(appId, args)] : []),
    ...(scales(appId) ? [scaledOut(appId, args)] : []),
  ]),
  targetDown(args),
];

function errorRate(app: AppId, { namespace }: AlertsArgs): Alert {
  const requests = { namespace, app, route: realRoutes };
  const failed = rate(
    "http_request_duration_seconds_count",
    { ...requests, status: { is: "5.." } },
    "5m",
  );
  const all = rate("http_request_duration_seconds_count", requests, "5m");
  return {
    name: "ErrorRate",
    subject: { app },
    severity: "critical",
    // One failure in a quiet night is no rate.
    expr: `${failed} / ${all} > ${mostErrors} and ${failed} * 300 >= 3`,
    forMinutes: 5,
    summary: `${app} fails too often`,
    description: `{{ $value | humanizePercentage }} of the requests to ${app} end with a 5xx; 1 % is allowed.`,
  };
}

const slowness = (app: AppId, { namespace }: AlertsArgs): Alert => ({
  name: "ApiSlow",
  subject: { app },
  severity: "warning",
  expr: `${quantile(0.95, "http_request_duration_seconds_bucket", { namespace, app, route: { not: "/healthz|/readyz|/metrics|/internal/.*" } }, "5m")} > ${slowestApiSeconds}`,
  forMinutes: 10,
  summary: `The API of ${app} is slow`,
  description: `One of 20 requests to ${app} takes {{ $value | humanizeDuration }} or longer; ${slowestApiSeconds} seconds are allowed.`,
});

const absence = (app: AppId, { namespace }: AlertsArgs): Alert => ({
  name: "ServiceAbsent",
  subject: { app },
  severity: "critical",
  expr: `absent(${series("up", { namespace, container: app })} == 1)`,
  forMinutes: 3,
  summary: `${app} does not run`,
  description: `No replica of ${app} has answered for 3 minutes.`,
});

const scaledOut = (app: AppId, { namespace }: AlertsArgs): Alert => {
  const scaler = { namespace, horizontalpodautoscaler: `keda-hpa-${app}` };
  return {
    name: "ScaledToLimit",
    subject: { app },
    severity: "warning",
    expr: `max(${series("kube_horizontalpodautoscaler_status_current_replicas", scaler)}) >= max(${series("kube_horizontalpodautoscaler_spec_max_replicas", scaler)})`,
    forMinutes: 30,
    summary: `${app} runs as often as it may`,
    description: `${app} has had {{ $value }} replicas, its limit, for 30 minutes: there is no room left for more load.`,
  };
};

const targetDown = ({ namespace }: AlertsArgs): Alert => ({
  name: "TargetDown",
  subject: {},
  severity: "warning",
  expr: `min by (pod, container) (${series("up", { namespace })}) == 0`,
  forMinutes: 5,
  summary: "{{ $labels.container }} in {{ $labels.pod }} cannot be measured",
  description:
    "Prometheus has not reached {{ $labels.container }} in {{ $labels.pod }} for 5 minutes; other alerts about it may be silent.",
});
