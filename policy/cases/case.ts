import type { Props, Registered } from "../resource.ts";
import type { Settings } from "../rule.ts";

/** A program, in few words, and what a rule says of it. */
export type Rejection = {
  readonly when: string;
  readonly resources: readonly Registered[];
  /** A part of the message of the only violation. */
  readonly says: string;
  readonly settings?: Partial<Settings>;
};
export type Acceptance = Omit<Rejection, "says">;

/** For each rule of a group, by its name: what it rejects and what it lets pass. */
export type Cases = Readonly<
  Record<
    string,
    { readonly rejects: readonly Rejection[]; readonly accepts: readonly Acceptance[] }
  >
>;

export const dev: Partial<Settings> = { size: "dev" };
export const prod: Partial<Settings> = { size: "prod" };

/** A resource by its type, as `apps/v1:Deployment`, in the namespace `todo` if it says no other. */
export function object(type: string, name: string, props: Props, about: About = {}): Registered {
  return registered(
    `kubernetes:${type}`,
    name,
    merge({ metadata: { name, namespace: "todo" } }, props),
    about,
  );
}

/** A Helm chart with values. */
export const chart = (name: string, props: Props, about: About = {}): Registered =>
  registered(
    chartType,
    name,
    { chart: name, version: "1.2.3", namespace: `${name}-system`, ...props },
    about,
  );

/** What a chart brought. */
export const fromChart = (resource: Registered): Registered => ({
  ...resource,
  parent: `${chartType}::chart`,
});

type About = Partial<Pick<Registered, "protect">>;
const chartType = "kubernetes:helm.sh/v4:Chart";

/** A resource of any provider, by its whole type. */
export const registered = (
  type: string,
  name: string,
  inputs: Props,
  about: About = {},
): Registered => ({
  ...{ type, name, urn: `${type}::${name}`, parent: undefined, protect: false, inputs },
  ...about,
});

const labels = { "app.kubernetes.io/name": "backend" };

const container = {
  name: "backend",
  image: `localhost/todo-backend:${"0123456789abcdef"}`,
  env: [{ name: "PORT", value: "8000" }],
  resources: { requests: { cpu: "50m", memory: "160Mi" }, limits: { memory: "512Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  livenessProbe: { httpGet: { path: "/healthz", port: 8000 } },
  readinessProbe: { httpGet: { path: "/readyz", port: 8000 } },
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
};

const pod = {
  metadata: {
    labels,
    annotations: {
      "dapr.io/enabled": "true",
      "dapr.io/app-id": "backend",
      "dapr.io/config": "backend",
      "dapr.io/api-token-secret": "to-sidecar",
      "dapr.io/app-token-secret": "to-app",
      "dapr.io/block-shutdown-duration": "8s",
      "dapr.io/graceful-shutdown-seconds": "5",
      "dapr.io/sidecar-cpu-request": "50m",
      "dapr.io/sidecar-memory-request": "96Mi",
      "dapr.io/sidecar-memory-limit": "384Mi",
      "dapr.io/env": "KAFKA_USERNAME=backend",
      "dapr.io/env-from-secret": "KAFKA_PASSWORD=backend-kafka:password",
    },
  },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    terminationGracePeriodSeconds: 31,
    topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname", maxSkew: 1 }],
    containers: [container],
  },
};

/** A Deployment that keeps to every rule, with changes: of its pod's spec, its container, itself. */
export const deployment = (
  changes: {
    pod?: Props;
    container?: Props;
    annotations?: Props;
    spec?: Props;
    name?: string;
  } = {},
): Registered => {
  const { name = "backend" } = changes;
  const template = merge(pod, {
    metadata: { annotations: changes.annotations ?? {} },
    spec: { ...changes.pod, containers: [merge(container, changes.container ?? {})] },
  });
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return object("apps/v1:Deployment", name, {
    spec: merge({ selector: { matchLabels: labels }, strategy, template }, changes.spec ?? {}),
  });
};

/** The labels of that Deployment's pods, as a selector. */
export const selector = { matchLabels: labels };

/** Lays the second over the first, object by object; what is undefined there is taken away. */
function merge(base: Props, over: Props): Props {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) delete merged[key];
    else merged[key] = isPlain(merged[key]) && isPlain(value) ? merge(merged[key], value) : value;
  }
  return merged;
}

const isPlain = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
