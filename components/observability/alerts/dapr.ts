import type { AppId } from "#apps/contracts/services.ts";
import { appIds } from "#apps/contracts/services.ts";
import { gained, series } from "../promql.ts";
import type { Alert, AlertsArgs } from "./alert.ts";

/** The deployments of the control plane that every service depends on. */
const parts = ["dapr-operator", "dapr-scheduler-server", "dapr-sentry", "dapr-sidecar-injector"];

/** What may go wrong with sidecars, their certificates, and the control plane. */
export const daprAlerts = (args: AlertsArgs): Alert[] => [
  ...appIds.map((appId) => sidecarMissing(appId, args)),
  ...sidecarAlerts(args),
  ...certificateAlerts(args),
  ...parts.map((part) => partDown(part, args)),
];

function sidecarMissing(app: AppId, { namespace }: AlertsArgs): Alert {
  const sidecar = { namespace, container: "daprd" };
  const without = `${series("kube_pod_container_info", { namespace, container: app })} unless on (pod) (${series("kube_pod_container_info", sidecar)} or ${series("kube_pod_init_container_info", sidecar)})`;
  return {
    name: "SidecarMissing",
    subject: { app },
    severity: "critical",
    expr: `count(${without}) > 0`,
    forMinutes: 2,
    summary: `Pods of ${app} have no sidecar`,
    description: `{{ $value }} pods of ${app} run without a sidecar: they publish nothing and receive nothing.`,
  };
}

const sidecarAlerts = ({ namespace, daprNamespace }: AlertsArgs): Alert[] => [
  {
    name: "SidecarComponentFailed",
    subject: {},
    severity: "critical",
    expr: `sum by (app_id, component) (${series("dapr_runtime_component_init_fail_total", { namespace })}) > 0`,
    forMinutes: 1,
    summary: "A component does not start in the sidecar of {{ $labels.app_id }}",
    description:
      "{{ $labels.component }} failed {{ $value }} times to start in the sidecar of {{ $labels.app_id }}.",
  },
  {
    name: "CallsRefused",
    subject: {},
    severity: "warning",
    expr: `${gained("dapr_runtime_acl_app_policy_action_blocked_total", { namespace }, "10m", ["app_id"])} > 0`,
    forMinutes: 1,
    summary: "{{ $labels.app_id }} is called by whom its contract does not know",
    description:
      "The access list of {{ $labels.app_id }} refused {{ $value | humanize }} calls in 10 minutes.",
  },
  {
    name: "SidecarInjectionFailing",
    subject: {},
    severity: "critical",
    expr: `${gained("dapr_injector_sidecar_injection_failed_total", { namespace: daprNamespace }, "10m")} > 0`,
    forMinutes: 1,
    summary: "Pods cannot get a sidecar",
    description: "{{ $value | humanize }} sidecars could not be injected in 10 minutes.",
  },
];

const certificateAlerts = ({ namespace, daprNamespace }: AlertsArgs): Alert[] => [
  {
    name: "CertificateRotationFailing",
    subject: {},
    severity: "critical",
    expr: `${gained("dapr_runtime_mtls_workload_cert_rotated_fail_total", { namespace }, "1h", ["app_id"])} > 0`,
    forMinutes: 5,
    summary: "The sidecar of {{ $labels.app_id }} gets no new certificate",
    description:
      "{{ $value | humanize }} renewals failed in an hour; a certificate lasts 24 hours, after which {{ $labels.app_id }} can neither call nor be called.",
  },
  {
    name: "CertificateSigningFailing",
    subject: {},
    severity: "critical",
    expr: `${gained("dapr_sentry_cert_sign_failure_total", { namespace: daprNamespace }, "1h")} > 0`,
    forMinutes: 5,
    summary: "Sentry refuses to sign certificates",
    description: "{{ $value | humanize }} requests for a certificate failed in an hour.",
  },
  {
    name: "DaprIssuerExpiring",
    subject: {},
    severity: "critical",
    expr: `min(${series("dapr_sentry_issuercert_expiry_timestamp", { namespace: daprNamespace })}) - time() < ${14 * 86_400}`,
    forMinutes: 10,
    summary: "Dapr's own certificate authority expires soon",
    description:
      "The issuer of all certificates of sidecars expires in {{ $value | humanizeDuration }}; it is not renewed by itself.",
  },
];

const partDown = (part: string, { daprNamespace }: AlertsArgs): Alert => ({
  name: "ControlPlaneDown",
  subject: { part },
  severity: "critical",
  expr: `absent(${series("up", { namespace: daprNamespace, container: part })} == 1)`,
  forMinutes: 5,
  summary: `${part} does not run`,
  description: `No replica of ${part} has answered for 5 minutes: sidecars that run go on, new ones may not start.`,
});
