import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KafkaSpec, PostgresSpec } from "#apps/provision/spec.ts";
import type { PolicySpec } from "#components/network/policies.ts";
import { networkPolicy } from "#components/network/policies.ts";
import type { Place, Reach, SecretKey } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { containerSecurityContext, podSecurityContext } from "#components/service/pod.ts";

/** The image of apps/provision, and by which Secrets it is pulled. */
export type ProvisionImage = {
  readonly image: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
};

/** An administrator of a server that stands elsewhere. */
export type Admin = {
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
};

export type ProvisionJobArgs = ProvisionImage & {
  readonly place: Pick<Place, "namespace">;
  /** Which part of the program runs, by what it is to bring about. */
  readonly run:
    | { readonly program: "kafka"; readonly spec: pulumi.Input<KafkaSpec> }
    | { readonly program: "postgres"; readonly spec: pulumi.Input<PostgresSpec> };
  readonly admin: Admin;
  /** The password of each user or role that the specification names. */
  readonly passwords: Readonly<Record<string, SecretKey>>;
  readonly caCertificate: SecretKey | undefined;
  readonly reach: Reach;
};

const folder = "/etc/todo/provision";

/**
 * Brings a server that stands elsewhere into line with the contracts, from inside the cluster. It
 * runs again whenever the specification or a secret changes: all of them have generated names,
 * which a Job, that cannot be changed, refers to.
 */
export class ProvisionJob extends pulumi.ComponentResource {
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: ProvisionJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:provision:ProvisionJob", name, {}, opts);
    const child = { parent: this };
    const { run, admin } = args;
    const metadata = { namespace: args.place.namespace, labels: labelsOf(name) };
    const spec = pulumi
      .output(run.spec as pulumi.Input<object>)
      .apply((value) => JSON.stringify(value, null, 2));
    const config = new k8s.core.v1.ConfigMap(
      name,
      { metadata, data: { "spec.json": spec } },
      child,
    );
    const credentials = new k8s.core.v1.Secret(
      `${name}-admin`,
      {
        metadata,
        stringData: pulumi.secret({ username: admin.username, password: admin.password }),
      },
      child,
    );
    const policy = new k8s.networking.v1.NetworkPolicy(
      name,
      networkPolicy(policyOf(name, args.reach), args.place),
      child,
    );
    this.job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          ...metadata,
          // A run that failed is tried again by the next `up`.
          annotations: { "pulumi.com/replaceUnready": "true" },
        },
        spec: jobSpec(name, args, {
          config: config.metadata.name,
          credentials: credentials.metadata.name,
          hash: spec.apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 16)),
        }),
      },
      {
        ...child,
        dependsOn: policy,
        deleteBeforeReplace: false,
        customTimeouts: { create: "15m" },
      },
    );
    this.registerOutputs();
  }
}

type Made = Readonly<Record<"config" | "credentials" | "hash", pulumi.Input<string>>>;

function jobSpec(name: string, args: ProvisionJobArgs, made: Made) {
  return {
    backoffLimit: 5,
    // No time to live: a Job that went by itself would be missed by the next refresh.
    activeDeadlineSeconds: 840,
    template: {
      metadata: { labels: labelsOf(name), annotations: { "todo-evolution/spec": made.hash } },
      spec: {
        // Every try is a pod of its own, so that the log of one that failed stays.
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurityContext,
        imagePullSecrets: args.pullSecrets.map((secret) => ({ name: secret })),
        containers: [
          {
            name: "provision",
            image: args.image,
            args: ["main.mjs", args.run.program],
            env: [
              { name: "PROVISION_SPEC", value: `${folder}/spec.json` },
              { name: "PROVISION_SECRETS", value: folder },
            ],
            resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
            securityContext: containerSecurityContext,
            volumeMounts: [{ name: "provision", mountPath: folder, readOnly: true }],
          },
        ],
        volumes: [
          { name: "provision", projected: { defaultMode: 0o440, sources: sourcesOf(args, made) } },
        ],
      },
    },
  };
}

/** The specification and all secrets as one folder, as apps/provision/inputs.ts reads it. */
const sourcesOf = ({ passwords, caCertificate }: ProvisionJobArgs, made: Made) => [
  { configMap: { name: made.config, items: [{ key: "spec.json", path: "spec.json" }] } },
  {
    secret: {
      name: made.credentials,
      items: [
        { key: "username", path: "admin/username" },
        { key: "password", path: "admin/password" },
      ],
    },
  },
  ...Object.entries(passwords).map(([user, { name, key }]) => ({
    secret: { name, items: [{ key, path: `passwords/${user}` }] },
  })),
  ...(caCertificate
    ? [
        {
          secret: {
            name: caCertificate.name,
            items: [{ key: caCertificate.key, path: "ca.crt" }],
          },
        },
      ]
    : []),
];

const policyOf = (name: string, { peers, ports }: Reach): PolicySpec => ({
  name,
  podLabels: selectorOf(name),
  ingress: [],
  egress: [{ peers, ports: ports.map((port) => ({ port, protocol: "TCP" })) }],
});
