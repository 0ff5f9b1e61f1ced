import { inContainers, podKinds, podOf } from "../pods.ts";
import { listOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

/** Source: the level `restricted` of Kubernetes' pod security standards, and a read-only root. */
export const podsRunUnprivileged: ResourceRule = {
  name: "pods-run-unprivileged",
  says: "Containers run as an ordinary user, with no capabilities and a file system they only read.",
  remedy:
    "Give pod and container the security contexts of components/service/pod.ts; what must be " +
    "written goes to an emptyDir.",
  about: podKinds,
  faultsOf: (resource) =>
    inContainers(resource, ({ props }, pod) => {
      const ofPod = pod.spec.securityContext ?? {};
      const own = props.securityContext ?? {};
      const seccomp = own.seccompProfile?.type ?? ofPod.seccompProfile?.type;
      const faults: [boolean, string][] = [
        [(own.runAsNonRoot ?? ofPod.runAsNonRoot) !== true, "may run as root (runAsNonRoot)"],
        [(own.runAsUser ?? ofPod.runAsUser) === 0, "runs as root (runAsUser: 0)"],
        [!["RuntimeDefault", "Localhost"].includes(seccomp), "has no seccomp profile"],
        [own.privileged === true, "is privileged"],
        [own.allowPrivilegeEscalation !== false, "may gain privileges (allowPrivilegeEscalation)"],
        [!listOf(own.capabilities?.drop).includes("ALL"), "keeps capabilities (drop: [ALL])"],
        [added(own).length > 0, `adds the capabilities ${added(own).join(", ")}`],
        [own.readOnlyRootFilesystem !== true, "may write to its root file system"],
        [(own.procMount ?? "Default") !== "Default", "sees an unmasked /proc"],
      ];
      return faults.filter(([holds]) => holds).map(([, fault]) => fault);
    }),
};

// biome-ignore lint/suspicious/noExplicitAny: a security context
const added = (context: any): string[] =>
  listOf(context.capabilities?.add).filter((name) => name !== "NET_BIND_SERVICE");

export const podsKeepOffTheirNode: ResourceRule = {
  name: "pods-keep-off-their-node",
  says: "Pods use neither files, processes, network nor kernel settings of the node they run on.",
  remedy: "Use a volume claim, a Service or an API instead.",
  about: podKinds,
  faultsOf: (resource) => {
    const spec = podOf(resource)?.spec ?? {};
    return [
      ...["hostNetwork", "hostPID", "hostIPC"]
        .filter((name) => spec[name] === true)
        .map((name) => `uses its node's own (${name})`),
      ...listOf(spec.volumes)
        .filter(({ hostPath }) => hostPath !== undefined)
        .map(({ name, hostPath }) => `mounts ${hostPath.path} of its node as volume ${name}`),
      ...listOf(spec.securityContext?.sysctls).map(({ name }) => `sets ${name} on its node`),
    ];
  },
};

export const tokensAreNotMounted: ResourceRule = {
  name: "tokens-are-not-mounted",
  says: "Pods and service accounts have no token of the API server unless they say what for.",
  remedy: "Set automountServiceAccountToken: false.",
  about: ["core/ServiceAccount", ...podKinds],
  exceptions: true,
  faultsOf: (resource) => {
    const settings = podOf(resource)?.spec ?? resource.props;
    return settings.automountServiceAccountToken === false
      ? []
      : ["brings a token of the API server into pods that have no use for it"];
  },
};
