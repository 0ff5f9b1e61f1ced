import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { outcomeLabel } from "./pods.ts";

export type SmallProgramArgs = {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** A secret that may appear nowhere in clear. */
  readonly canary: string;
  /** What can be changed between two runs. */
  readonly choices: { greeting: string; jobFails: boolean };
  /** Called when a run has come to the program, which waits for it. */
  readonly onRun?: () => Promise<void>;
};

export const operatorNamespace = "example-system";
export const group = "example.todo-evolution";

/**
 * The shape of the whole stack in a dozen objects: an operator with its definition, a custom
 * resource that it holds until it has cleaned up, and a service with a Secret, a ConfigMap whose
 * name is made up, and a Job that has to end before it starts.
 */
export const smallProgram = (args: SmallProgramArgs) => async () => {
  await args.onRun?.();
  const kubeconfig = pulumi.secret(readFileSync(args.kubeconfig, "utf8"));
  const provider = new k8s.Provider("cluster", { kubeconfig });
  const operator = createOperator(provider);
  const { namespace, choices } = args;
  const home = new k8s.core.v1.Namespace(
    namespace,
    { metadata: { name: namespace } },
    { provider },
  );
  const inside = { provider, dependsOn: [home] };
  const widget = new k8s.apiextensions.CustomResource(
    "widget",
    {
      apiVersion: `${group}/v1`,
      kind: "Widget",
      metadata: {
        name: "widget",
        namespace,
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: { size: 1 },
    },
    { provider, dependsOn: [home, ...operator] },
  );
  const password = new k8s.core.v1.Secret(
    "password",
    { metadata: { namespace }, stringData: { password: args.canary } },
    inside,
  );
  const settings = new k8s.core.v1.ConfigMap(
    "settings",
    { metadata: { namespace }, data: { greeting: choices.greeting } },
    inside,
  );
  const migration = new k8s.batch.v1.Job(
    "migration",
    {
      metadata: { namespace, annotations: { "pulumi.com/replaceUnready": "true" } },
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: choices.jobFails ? { [outcomeLabel]: "fails" } : {} },
          spec: { restartPolicy: "Never", containers: [container(password.metadata.name)] },
        },
      },
    },
    { provider, dependsOn: [widget] },
  );
  createService(namespace, settings.metadata.name, { provider, dependsOn: [migration] });
  return { settings: settings.metadata.name };
};

/** What runs in no pod here, but looks as in one that is given a Secret. */
const container = (secret: pulumi.Input<string>) => ({
  name: "main",
  image: "example/main",
  env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: "password" } } }],
});

function createService(
  namespace: string,
  settings: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const labels = { app: "service" };
  const metadata = { name: "service", namespace };
  const containers = [
    { name: "main", image: "example/main", envFrom: [{ configMapRef: { name: settings } }] },
  ];
  const deployment = new k8s.apps.v1.Deployment(
    "service",
    {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
    opts,
  );
  new k8s.core.v1.Service(
    "service",
    { metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
    { ...opts, dependsOn: [deployment] },
  );
}

/** A definition, and the Deployment that pretends to read what is made of it. */
function createOperator(provider: k8s.Provider): pulumi.Resource[] {
  const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
    "widgets",
    { metadata: { name: `widgets.${group}` }, spec: definitionSpec },
    { provider },
  );
  const name = operatorNamespace;
  const home = new k8s.core.v1.Namespace(name, { metadata: { name } }, { provider });
  const labels = { app: "operator" };
  const deployment = new k8s.apps.v1.Deployment(
    "operator",
    {
      metadata: { name: "operator", namespace: name },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "main", image: "example/operator" }] },
        },
      },
    },
    { provider, dependsOn: [home, definition] },
  );
  return [definition, deployment];
}

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const definitionSpec = {
  group,
  scope: "Namespaced",
  names: { kind: "Widget", plural: "widgets" },
  versions: [
    {
      ...{ name: "v1", served: true, storage: true, subresources: { status: {} } },
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: { type: "object", properties: { size: { type: "integer" } } },
            status: anything,
          },
        },
      },
    },
  ],
};
