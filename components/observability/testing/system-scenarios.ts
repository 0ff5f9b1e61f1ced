import type { Alert, AlertName } from "../alerts/alert.ts";
import type { Given, ScenariosOf } from "./scenario.ts";
import { always, counting, daprNamespace, fires, given, lately, silent } from "./scenario.ts";

const day = 86_400;
const appOf = ({ subject }: Alert): string => subject.app ?? "";

const requests = (alert: Alert, status: string, values: string, route = "/api/tasks"): Given =>
  given("http_request_duration_seconds_count", { app: appOf(alert), status, route }, values);
const within = (alert: Alert, le: string, values: string, route = "/api/tasks"): Given =>
  given("http_request_duration_seconds_bucket", { app: appOf(alert), le, route }, values);
const up = (container: string, value: number, namespace = "todo"): Given =>
  given("up", { namespace, container, pod: `${container}-1` }, always(value));
const replicas = (alert: Alert, now: number): Given[] => {
  const labels = { horizontalpodautoscaler: `keda-hpa-${appOf(alert)}` };
  return [
    given("kube_horizontalpodautoscaler_status_current_replicas", labels, always(now)),
    given("kube_horizontalpodautoscaler_spec_max_replicas", labels, always(10)),
  ];
};
const runs = (container: string, pod = "a"): Given =>
  given("kube_pod_container_info", { container, pod }, always(1));
const inDapr = { namespace: daprNamespace };

/** When the alerts about services and about Dapr fire, and when they do not. */
export const systemScenarios = {
  ErrorRate: (alert) => [
    fires("2 of 100", requests(alert, "200", counting(9.8)), requests(alert, "500", counting(0.2))),
    silent(
      "1 of 200",
      requests(alert, "200", counting(19.9)),
      requests(alert, "500", counting(0.1)),
    ),
    silent("only a refusal by a limit", requests(alert, "429", counting(10))),
    silent("one failure in a quiet night", requests(alert, "500", lately(1, 0))),
    silent("probes of a service that drains", requests(alert, "503", counting(1), "/readyz")),
  ],
  ApiSlow: (alert) => [
    fires(
      "a tenth takes up to a second",
      within(alert, "0.5", counting(9)),
      within(alert, "1", counting(10)),
      within(alert, "+Inf", counting(10)),
    ),
    silent(
      "all take up to 0.1 s",
      within(alert, "0.1", counting(10)),
      within(alert, "+Inf", counting(10)),
    ),
    silent(
      "only deliveries of events are slow",
      within(alert, "0.5", counting(1), "/internal/events/any"),
      within(alert, "+Inf", counting(10), "/internal/events/any"),
    ),
  ],
  ServiceAbsent: (alert) => [
    fires("nothing was ever heard of it"),
    fires("its only replica is down", up(appOf(alert), 0)),
    silent(
      "one of two is up",
      up(appOf(alert), 1),
      given("up", { container: appOf(alert), pod: "b" }, always(0)),
    ),
  ],
  TargetDown: () => [
    fires("a sidecar is down", up("daprd", 0)),
    silent("all are up", up("daprd", 1)),
    silent("another namespace's is down", up("daprd", 0, "other")),
  ],
  ScaledToLimit: (alert) => [
    fires("10 of 10", ...replicas(alert, 10)),
    silent("9 of 10", ...replicas(alert, 9)),
  ],
  SidecarMissing: (alert) => [
    fires("a pod without", runs(appOf(alert)), runs(appOf(alert), "b"), runs("daprd", "b")),
    silent("a pod with", runs(appOf(alert)), runs("daprd")),
    silent(
      "a pod with a native one",
      runs(appOf(alert)),
      given("kube_pod_init_container_info", { container: "daprd", pod: "a" }, always(1)),
    ),
  ],
  SidecarComponentFailed: () => [
    fires("once", given("dapr_runtime_component_init_fail_total", failedComponent, always(1))),
    silent("no sidecar has told of one", up("daprd", 1)),
  ],
  CallsRefused: () => [
    fires(
      "the first",
      given("dapr_runtime_acl_app_policy_action_blocked_total", caller, lately(1)),
    ),
    silent(
      "long ago",
      given("dapr_runtime_acl_app_policy_action_blocked_total", caller, always(1)),
    ),
  ],
  SidecarInjectionFailing: () => [
    fires("the first", given("dapr_injector_sidecar_injection_failed_total", inDapr, lately(1))),
    silent("long ago", given("dapr_injector_sidecar_injection_failed_total", inDapr, always(4))),
  ],
  CertificateRotationFailing: () => [
    fires(
      "the first",
      given("dapr_runtime_mtls_workload_cert_rotated_fail_total", caller, lately(1)),
    ),
    silent(
      "long ago",
      given("dapr_runtime_mtls_workload_cert_rotated_fail_total", caller, always(2)),
    ),
  ],
  CertificateSigningFailing: () => [
    fires("the first", given("dapr_sentry_cert_sign_failure_total", inDapr, lately(1))),
    silent("long ago", given("dapr_sentry_cert_sign_failure_total", inDapr, always(2))),
  ],
  DaprIssuerExpiring: () => [
    fires("in 13 days", given("dapr_sentry_issuercert_expiry_timestamp", inDapr, always(13 * day))),
    silent(
      "in 15 days",
      given("dapr_sentry_issuercert_expiry_timestamp", inDapr, always(15 * day)),
    ),
  ],
  ControlPlaneDown: ({ subject }) => [
    fires("it is down", up(subject.part ?? "", 0, daprNamespace)),
    fires("it was never seen"),
    silent("it is up", up(subject.part ?? "", 1, daprNamespace)),
  ],
} as const satisfies Partial<Record<AlertName, ScenariosOf>>;

const failedComponent = { app_id: "any", component: "pubsub.kafka", reason: "init" };
const caller = { app_id: "any", pod: "a" };
