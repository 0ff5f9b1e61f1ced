import { series } from "../promql.ts";
import type { Alert, AlertsArgs } from "./alert.ts";

/** Certificates are renewed a month before; below two weeks somebody has to look. */
const leastDays = 14;

/** What may go wrong with pods, volumes and certificates in the namespace of the services. */
export const clusterAlerts = (args: AlertsArgs): Alert[] => [
  ...podAlerts(args),
  ...volumeAlerts(args),
  ...(args.certManager ? certificateAlerts(args) : []),
];

const podAlerts = ({ namespace }: AlertsArgs): Alert[] => [
  {
    name: "PodCrashLooping",
    subject: {},
    severity: "critical",
    // Between two tries it does not wait but run, so the last minutes count.
    expr: `max by (pod, container) (max_over_time(${series("kube_pod_container_status_waiting_reason", { namespace, reason: "CrashLoopBackOff" }, "5m")})) >= 1 or sum by (pod, container) (increase(${series("kube_pod_container_status_restarts_total", { namespace }, "15m")})) > 3`,
    forMinutes: 3,
    summary: "{{ $labels.container }} in {{ $labels.pod }} ends again and again",
    description:
      "{{ $labels.container }} in {{ $labels.pod }} waits to be started anew, or was more than 3 times in 15 minutes.",
  },
  {
    name: "PodNotStarting",
    subject: {},
    severity: "warning",
    expr: `max by (pod, phase) (${series("kube_pod_status_phase", { namespace, phase: { is: "Pending|Unknown" } })}) > 0`,
    forMinutes: 10,
    summary: "{{ $labels.pod }} does not start",
    description: "{{ $labels.pod }} has been {{ $labels.phase }} for 10 minutes.",
  },
];

function volumeAlerts({ namespace }: AlertsArgs): Alert[] {
  const free = `min by (persistentvolumeclaim) (${series("kubelet_volume_stats_available_bytes", { namespace })} / ${series("kubelet_volume_stats_capacity_bytes", { namespace })})`;
  const description =
    "{{ $value | humanizePercentage }} of {{ $labels.persistentvolumeclaim }} is free.";
  return [
    {
      name: "VolumeNearlyFull",
      subject: {},
      severity: "warning",
      expr: `${free} < 0.15`,
      forMinutes: 5,
      summary: "{{ $labels.persistentvolumeclaim }} is nearly full",
      description,
    },
    {
      name: "VolumeFull",
      subject: {},
      severity: "critical",
      expr: `${free} < 0.05`,
      forMinutes: 1,
      summary: "{{ $labels.persistentvolumeclaim }} is full",
      description,
    },
  ];
}

const certificateAlerts = ({ namespace }: AlertsArgs): Alert[] => [
  {
    name: "CertificateExpiring",
    subject: {},
    severity: "warning",
    expr: `min by (name) (${series("certmanager_certificate_expiration_timestamp_seconds", { namespace })}) - time() < ${leastDays * 86_400}`,
    forMinutes: 10,
    summary: "The certificate {{ $labels.name }} is not renewed",
    description: `{{ $labels.name }} expires in {{ $value | humanizeDuration }}; it should have been renewed before ${leastDays} days were left.`,
  },
  {
    name: "CertificateNotReady",
    subject: {},
    severity: "critical",
    expr: `max by (name) (${series("certmanager_certificate_ready_status", { namespace, condition: "False" })}) == 1`,
    forMinutes: 10,
    summary: "The certificate {{ $labels.name }} is not valid",
    description:
      "{{ $labels.name }} was refused, has expired or was never made; it has been so for 10 minutes.",
  },
];
