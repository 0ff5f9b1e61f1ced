import { containersOf, hasSidecar, inContainers, podKinds, podOf, serverKinds } from "../pods.ts";
import type { ResourceRule } from "../rule.ts";

export const serversAreProbed: ResourceRule = {
  name: "servers-are-probed",
  says: "Kubernetes can ask every container that serves whether it lives and whether it is ready.",
  remedy: "Add a livenessProbe and a readinessProbe: the kit's routes are /healthz and /readyz.",
  about: serverKinds,
  exceptions: true,
  faultsOf: (resource) =>
    inContainers(resource, ({ props, init }) =>
      init
        ? []
        : ["livenessProbe", "readinessProbe"]
            .filter((probe) => props[probe] === undefined)
            .map((probe) => `has no ${probe}`),
    ),
};

/** Pods that operators make of custom resources, where these say what they take. */
const operated = ["kafka.strimzi.io/KafkaNodePool", "postgresql.cnpg.io/Cluster"];

export const containersSayWhatTheyTake: ResourceRule = {
  name: "containers-say-what-they-take",
  says: "Every container asks for processor time and memory, and has a limit of memory.",
  remedy: "Set resources: requests of cpu and memory, and a limit of memory.",
  about: [...podKinds, ...operated],
  faultsOf: (resource) => {
    if (operated.includes(resource.kind)) return missing(resource.props.spec?.resources);
    const pod = podOf(resource);
    const annotations = pod && hasSidecar(pod) ? pod.metadata.annotations : undefined;
    const sidecar = annotations && {
      requests: {
        cpu: annotations["dapr.io/sidecar-cpu-request"],
        memory: annotations["dapr.io/sidecar-memory-request"],
      },
      limits: { memory: annotations["dapr.io/sidecar-memory-limit"] },
    };
    return [
      ...inContainers(resource, ({ props }) => missing(props.resources)),
      ...(sidecar ? missing(sidecar).map((fault) => `has a sidecar that ${fault}`) : []),
    ];
  },
};

const missing = (resources: { requests?: object; limits?: object } | undefined): string[] => {
  const { requests = {}, limits = {} } = (resources ?? {}) as Record<
    string,
    Record<string, string>
  >;
  return [
    ...["cpu", "memory"].filter((name) => !requests[name]).map((name) => `asks for no ${name}`),
    ...(limits.memory ? [] : ["has no limit of memory"]),
  ];
};

export const rolloutsLoseNothing: ResourceRule = {
  name: "rollouts-lose-nothing",
  says: "A service with a sidecar is replaced pod by pod, the new one first.",
  remedy: "Set strategy.rollingUpdate with maxUnavailable: 0 and maxSurge of at least 1.",
  about: ["apps/Deployment"],
  faultsOf: (resource) => {
    const pod = podOf(resource);
    if (!pod || !hasSidecar(pod) || containersOf(pod).length === 0) return [];
    const { type = "RollingUpdate", rollingUpdate } = resource.props.spec?.strategy ?? {};
    if (type !== "RollingUpdate") return [`is replaced all at once (${type})`];
    const unavailable = rollingUpdate?.maxUnavailable ?? "25%";
    return Number.parseInt(String(unavailable), 10) === 0
      ? []
      : [`is replaced with up to ${unavailable} of its pods away`];
  },
};
