import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { containerSecurityContext, podSecurityContext } from "#components/service/pod.ts";

export type WorkloadArgs = {
  readonly place: Pick<Place, "namespace">;
  readonly image: string;
  readonly args?: pulumi.Input<pulumi.Input<string>[]>;
  readonly env?: Readonly<Record<string, pulumi.Input<string> | SecretKey>>;
  /** Ports by name; all of them are those of the Service. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where it tells over HTTP whether it is alive. */
  readonly health: { readonly port: string; readonly path: string };
  /** Of processor time only the request; memory is request and limit. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** Its configuration: the content of one file, and where that is read. */
  readonly config?: { readonly file: string; readonly content: pulumi.Input<string> };
  /** Keys of Secrets as files. */
  readonly secretFiles?: Readonly<Record<string, SecretKey>>;
  readonly pullSecrets: readonly string[];
};

/**
 * A program of others that one replica is enough of: an account without rights, its configuration,
 * a Deployment held to `restricted`, and a Service by which it is found.
 */
export class Workload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:observability:Workload", name, {}, opts);
    const child = { parent: this };
    const metadata = { name, namespace: args.place.namespace, labels: labelsOf(name) };
    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    const { config } = args;
    const configMap =
      config &&
      new k8s.core.v1.ConfigMap(
        name,
        {
          // With a generated name the pods roll when the content changes.
          metadata: { namespace: args.place.namespace, labels: labelsOf(name) },
          data: { [fileName(config.file)]: config.content },
        },
        child,
      );
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      { metadata, spec: specOf(name, args, account.metadata.name, configMap?.metadata.name) },
      child,
    );
    new k8s.core.v1.Service(
      name,
      {
        metadata,
        spec: {
          type: "ClusterIP",
          selector: selectorOf(name),
          ports: Object.entries(args.ports).map(([port, number]) => ({
            name: port,
            port: number,
            targetPort: port,
          })),
        },
      },
      { ...child, dependsOn: this.deployment },
    );
    this.registerOutputs();
  }
}

function specOf(
  name: string,
  args: WorkloadArgs,
  account: pulumi.Input<string>,
  configMap: pulumi.Input<string> | undefined,
): k8s.types.input.apps.v1.DeploymentSpec {
  const files = Object.entries(args.secretFiles ?? {});
  return {
    replicas: 1,
    revisionHistoryLimit: 3,
    progressDeadlineSeconds: 300,
    selector: { matchLabels: selectorOf(name) },
    template: {
      metadata: { labels: labelsOf(name) },
      spec: {
        serviceAccountName: account,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurityContext,
        imagePullSecrets: args.pullSecrets.map((secret) => ({ name: secret })),
        containers: [containerOf(name, args)],
        volumes: [
          // What a program writes on its way; the root file system is not for that.
          { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          ...(configMap ? [{ name: "config", configMap: { name: configMap } }] : []),
          ...files.map(([file, secret], index) => ({
            name: `secret-${index}`,
            secret: {
              secretName: secret.name,
              items: [{ key: secret.key, path: fileName(file) }],
            },
          })),
        ],
      },
    },
  };
}

function containerOf(name: string, args: WorkloadArgs): k8s.types.input.core.v1.Container {
  const { config, health, resources } = args;
  const files = Object.keys(args.secretFiles ?? {});
  const probe = { httpGet: { path: health.path, port: health.port }, timeoutSeconds: 3 };
  return {
    name,
    image: args.image,
    ...(args.args && { args: args.args }),
    env: Object.entries(args.env ?? {}).map(([variable, value]) =>
      isSecretKey(value)
        ? { name: variable, valueFrom: { secretKeyRef: { name: value.name, key: value.key } } }
        : { name: variable, value },
    ),
    ports: Object.entries(args.ports).map(([port, number]) => ({
      name: port,
      containerPort: number,
      protocol: "TCP",
    })),
    resources: {
      requests: { cpu: resources.cpu, memory: resources.memory },
      limits: { memory: resources.memory },
    },
    securityContext: containerSecurityContext,
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 2 },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...(config ? [{ name: "config", mountPath: folderOf(config.file), readOnly: true }] : []),
      ...files.map((file, index) => ({
        name: `secret-${index}`,
        mountPath: folderOf(file),
        readOnly: true,
      })),
    ],
  };
}

const isSecretKey = (value: pulumi.Input<string> | SecretKey): value is SecretKey =>
  typeof value === "object" && "key" in value && !pulumi.Output.isInstance(value);

const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
