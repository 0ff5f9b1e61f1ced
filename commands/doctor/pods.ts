import { broken, type Check } from "./finding.ts";
import type { Thing } from "./snapshot.ts";

/** How long a container may take to be ready. */
const longMs = 60_000;

/** A pod of a service that started while the injector was away runs alone, and does nothing. */
export const sidecars: Check = ({ pods, namespace }) =>
  pods
    .filter(({ metadata }) => metadata.annotations?.["dapr.io/enabled"] === "true")
    .filter(({ spec }) => !namesOf(spec).includes("daprd"))
    .map(({ metadata }) =>
      broken(
        `Pod ${metadata.name}`,
        "it has no sidecar: Dapr's injector was away when it started, or does not look at this namespace",
        "see that dapr-sidecar-injector runs in dapr-system and that the namespace has the label " +
          `todo-evolution/sidecars=enabled, then: kubectl delete pod ${metadata.name} -n ${namespace}`,
      ),
    );

/** Containers that wait, crash or are not ready, each with its reason and the end of its log. */
export const containers: Check = (snapshot) =>
  [...snapshot.pods, ...snapshot.operatorPods].flatMap((pod) =>
    [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].flatMap(
      (status: Thing) => {
        const found = reasonOf(status, pod);
        if (!found) return [];
        const log = snapshot.logs[`${pod.metadata.name}/${status.name}`];
        const about = `Pod ${pod.metadata.name}, container ${status.name}`;
        return [broken(about, found.fault, found.remedy, log)];
      },
    ),
  );

/** Pods that no node takes. */
export const unscheduled: Check = ({ pods }) =>
  pods.flatMap(({ metadata, status }) => {
    const scheduled = (status.conditions ?? []).find(
      (condition: Thing) => condition.type === "PodScheduled",
    );
    if (scheduled?.status !== "False") return [];
    return [
      broken(
        `Pod ${metadata.name}`,
        `no node takes it: ${scheduled.message}`,
        "add a node, or free processor time, memory or volumes",
      ),
    ];
  });

function reasonOf(status: Thing, pod: Thing): { fault: string; remedy: string } | undefined {
  const { reason, message } = status.state?.waiting ?? {};
  const known = reason && waitingRemedies[reason];
  if (known) return { fault: [reason, message].filter(Boolean).join(": "), remedy: known };
  const killed = status.lastState?.terminated?.reason === "OOMKilled";
  if (killed) {
    return {
      fault: `it was ended for taking more memory than its limit (${status.restartCount} restarts)`,
      remedy: "raise the limit in components/service/pod.ts, or find what grows",
    };
  }
  const isService = status.name === "daprd" || pod.metadata.annotations?.["dapr.io/enabled"];
  const since = Date.parse(status.state?.running?.startedAt ?? "");
  if (isService && status.state?.running && !status.ready && Date.now() - since > longMs) {
    return status.name === "daprd"
      ? {
          fault: "the sidecar runs and is not ready: one of its components does not come up",
          remedy: "its log names the component; see that what it connects to is reachable",
        }
      : {
          fault: "it runs and is not ready: its database does not answer, or it is draining",
          remedy: `see /readyz: kubectl exec is not needed, its log tells the reason`,
        };
  }
  return undefined;
}

const waitingRemedies: Readonly<Record<string, string>> = {
  CrashLoopBackOff: "it ends again and again; the end of its log tells why",
  ImagePullBackOff: "see that the image exists, and that the node may pull it (images.registry)",
  ErrImagePull: "see that the image exists, and that the node may pull it (images.registry)",
  ErrImageNeverPull: "the image is not on the node: hand it over again (pulumi up)",
  CreateContainerConfigError: "a Secret or ConfigMap that it names is missing: pulumi up",
  CreateContainerError: "the container cannot be made; the message tells why",
  InvalidImageName: "the image's name is not one: see images.registry and images.tag",
};

const namesOf = (spec: Thing): string[] =>
  [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name);
