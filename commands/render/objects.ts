import type { Recorded } from "#components/recording.ts";
import { withoutSecrets } from "./secrets.ts";

/** A Kubernetes object with all that it says for itself, its secrets replaced by a marker. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
};

/** An object as a program registered it. */
export type RenderedObject = {
  /** The folder in components/ of the part that it belongs to; `stack` where it has none. */
  readonly component: string;
  readonly object: KubernetesObject;
  /** Where a secret stood, as `stringData.token`. */
  readonly secretPaths: readonly string[];
};

/** A chart that a program installs; what it renders is known to Helm alone. */
export type RenderedChart = {
  readonly name: string;
  readonly chart: string;
  readonly version?: string;
  readonly repository?: string;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Where a secret stood in the values, which should be nowhere. */
  readonly secretPaths: readonly string[];
};

const prefix = "kubernetes:";
const chartType = "kubernetes:helm.sh/v4:Chart";
const defaultNamespace = "default";

/** Every Kubernetes object among the resources, in the order of their registration. */
export function objectsOf(resources: readonly Recorded[]): RenderedObject[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources
    .filter(({ type, custom }) => custom && type.startsWith(prefix))
    .map((resource) => {
      const { value, secretPaths } = withoutSecrets(resource.inputs);
      return {
        component: componentOf(resource, byUrn),
        object: complete(value as Inputs, resource.name),
        secretPaths,
      };
    });
}

/** Every chart among the resources, by name. */
export function chartsOf(resources: readonly Recorded[]): RenderedChart[] {
  return resources
    .filter(({ type }) => type === chartType)
    .map(({ name, inputs }) => {
      const { chart, version, repositoryOpts, namespace, values, name: release } = inputs;
      const clean = withoutSecrets(values ?? {});
      return {
        name: release ?? name,
        chart,
        ...(version !== undefined && { version }),
        ...(repositoryOpts?.repo !== undefined && { repository: repositoryOpts.repo }),
        namespace: namespace ?? defaultNamespace,
        values: clean.value as RenderedChart["values"],
        secretPaths: clean.secretPaths,
      };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

type Inputs = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: Readonly<Record<string, unknown>> & { readonly namespace?: string };
};

/** Adds what the provider would: a name, and a namespace where the kind has one. */
const complete = ({ metadata, ...rest }: Inputs, name: string): KubernetesObject =>
  inNamespace({ ...rest, metadata: { name, ...metadata } }, defaultNamespace);

/** The object, in this namespace where it names none and its kind stands in one. */
export function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const place = clusterWide.has(kind) ? {} : { namespace: metadata.namespace ?? namespace };
  return { apiVersion, kind, metadata: { ...metadata, ...place }, ...rest };
}

/** Kinds that stand in no namespace, of those that a stack of ours may have. */
const clusterWide = new Set([
  ...["ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "ClusterTriggerAuthentication"],
  ...["CustomResourceDefinition", "GatewayClass", "Namespace", "PersistentVolume"],
  ...["MutatingWebhookConfiguration", "PriorityClass", "StorageClass", "ValidatingAdmissionPolicy"],
  ...["ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"],
]);

/** The nearest component of ours that a resource is a child of: `todo:<folder>:<Name>`. */
function componentOf(resource: Recorded, byUrn: ReadonlyMap<string, Recorded>): string {
  for (let at: Recorded | undefined = resource; at; at = byUrn.get(at.parent ?? "")) {
    const folder = /^todo:([^:]+):/.exec(at.type)?.[1];
    if (folder !== undefined) return folder;
  }
  return "stack";
}
