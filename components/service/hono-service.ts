import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId, StackEnvName } from "#apps/contracts/services.ts";
import { contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { Place } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import type { DatabaseAccess } from "#components/postgres/postgres.ts";
import type { RedisAccess } from "#components/redis/redis.ts";
import { migrationSpec, type ServiceSecrets } from "./container.ts";
import { deploymentSpec } from "./deployment.ts";
import { replicasOf } from "./pod.ts";
import { scaledObject, scales, triggerAuthentication, triggerSecretOf } from "./scaling.ts";

/** What the stack tells its services; a contract's env says which of it. */
export type ServiceEnv = Readonly<Record<StackEnvName, pulumi.Input<string>>>;

/** What a cloud adds to a service so that it has an identity there. */
export type WorkloadIdentity = {
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  readonly podLabels: Readonly<Record<string, string>>;
};

export type HonoServiceArgs = {
  readonly appId: AppId;
  readonly place: Place;
  readonly image: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
  readonly env: ServiceEnv;
  readonly database: DatabaseAccess | undefined;
  readonly redis: RedisAccess | undefined;
  readonly kafka: Kafka;
  readonly facts: DaprFacts;
  /** A token of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
  readonly identity: WorkloadIdentity;
  /** Whether KEDA is there to decide how many replicas run. */
  readonly autoscaling: boolean;
  readonly logLevel: string;
  /** What a sidecar reads and reaches when it starts. */
  readonly sidecarNeeds: readonly pulumi.Resource[];
};

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/** One service of the map in a cluster, with its sidecar: all that is not below is in the contract. */
export class HonoService extends pulumi.ComponentResource {
  /** `http://<service>:<port>` inside the cluster. */
  readonly url: string;
  /** The same by the address that its Service was given. */
  readonly address: pulumi.Output<string>;
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: HonoServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:service:HonoService", name, {}, opts);
    const { appId, place } = args;
    const child = { parent: this };
    this.url = `http://${appId}.${place.namespace}.svc:${contractOf(appId).port}`;

    const account = this.account(args, child);
    const secrets = this.secrets(args, child);
    const migrated = args.database && this.migrate(args, args.database, account, child);
    this.deployment = this.deploy(args, account, secrets, migrated, child);
    const { port } = contractOf(appId);
    this.address = this.expose(args, child).spec.apply(
      // In a preview there is no address yet.
      ({ clusterIP }) => (clusterIP ? `http://${clusterIP}:${port}` : this.url),
    );
    if (replicasOf(appId, place.size) > 1) this.keepUp(args, child);
    if (args.autoscaling && scales(appId)) this.scale(args, child);
    this.registerOutputs();
  }

  private account({ appId, place, identity }: HonoServiceArgs, child: Child) {
    return new k8s.core.v1.ServiceAccount(
      appId,
      {
        metadata: {
          ...metadata(appId, place),
          annotations: identity.serviceAccountAnnotations,
        },
        // Nobody in the pod talks to the API server.
        automountServiceAccountToken: false,
      },
      child,
    );
  }

  private secrets({ appId, place, env, password }: HonoServiceArgs, child: Child): ServiceSecrets {
    const secret = (name: string, stringData: Record<string, pulumi.Input<string>>) =>
      new k8s.core.v1.Secret(
        name,
        { metadata: generated(appId, place), stringData: pulumi.secret(stringData) },
        child,
      ).metadata.name;
    const declared = contractOf(appId).env.filter((name) => name in env);
    return {
      // The provider sees a Secret of nothing as changed each time.
      ...(declared.length > 0 && {
        env: secret(
          `${appId}-env`,
          Object.fromEntries(declared.map((name) => [name, (env as Env)[name] ?? ""])),
        ),
      }),
      toSidecar: secret(`${appId}-to-sidecar`, { token: password(`${appId}-to-sidecar`) }),
      toApp: secret(`sidecar-to-${appId}`, { token: password(`sidecar-to-${appId}`) }),
    };
  }

  /** A new image brings its schema up to date before the first of its pods starts. */
  private migrate(
    args: HonoServiceArgs,
    database: DatabaseAccess,
    account: k8s.core.v1.ServiceAccount,
    child: Child,
  ): k8s.batch.v1.Job {
    const { appId, place } = args;
    const name = `${appId}-migrations`;
    return new k8s.batch.v1.Job(
      name,
      {
        metadata: { ...generated(name, place) },
        spec: migrationSpec(name, {
          ...args,
          database,
          serviceAccount: account.metadata.name,
        }),
      },
      { ...child, dependsOn: [...database.ready], deleteBeforeReplace: false },
    );
  }

  private deploy(
    args: HonoServiceArgs,
    account: k8s.core.v1.ServiceAccount,
    secrets: ServiceSecrets,
    migrated: pulumi.Resource | undefined,
    child: Child,
  ): k8s.apps.v1.Deployment {
    const { appId, place } = args;
    return new k8s.apps.v1.Deployment(
      appId,
      {
        metadata: metadata(appId, place),
        spec: deploymentSpec({ ...args, serviceAccount: account.metadata.name, secrets }),
      },
      { ...child, dependsOn: [...(migrated ? [migrated] : []), ...args.sidecarNeeds] },
    );
  }

  private expose({ appId, place }: HonoServiceArgs, child: Child): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      appId,
      {
        metadata: metadata(appId, place),
        spec: {
          type: "ClusterIP",
          selector: selectorOf(appId),
          ports: [{ name: "http", port: contractOf(appId).port, targetPort: "http" }],
        },
      },
      { ...child, dependsOn: this.deployment },
    );
  }

  private keepUp({ appId, place }: HonoServiceArgs, child: Child): void {
    new k8s.policy.v1.PodDisruptionBudget(
      appId,
      {
        metadata: metadata(appId, place),
        spec: {
          maxUnavailable: 1,
          unhealthyPodEvictionPolicy: "AlwaysAllow",
          selector: { matchLabels: selectorOf(appId) },
        },
      },
      child,
    );
  }

  private scale(args: HonoServiceArgs, child: Child): void {
    const { appId, place, kafka } = args;
    const user = kafka.userOf(appId);
    const consumes = subscriptionsOf(contractOf(appId)).length > 0;
    const after = [this.deployment as pulumi.Resource];
    if (user && consumes) {
      const parameters = new k8s.core.v1.Secret(
        `${appId}-trigger`,
        {
          metadata: generated(appId, place),
          stringData: pulumi.secret(triggerSecretOf(kafka, user.username)),
        },
        child,
      );
      after.push(
        new k8s.apiextensions.CustomResource(
          `${appId}-trigger`,
          triggerAuthentication({
            name: appId,
            namespace: place.namespace,
            parameters: parameters.metadata.name,
            password: user.password,
            tls: kafka.tls,
          }),
          child,
        ),
      );
    }
    new k8s.apiextensions.CustomResource(
      appId,
      scaledObject({
        appId,
        namespace: place.namespace,
        size: place.size,
        kafka,
        authentication: appId,
      }),
      // Also deleted before the Deployment, which it would otherwise still be writing to.
      { ...child, dependsOn: after },
    );
  }
}

type Env = Readonly<Record<string, pulumi.Input<string>>>;

const metadata = (name: string, place: Place) => ({
  name,
  namespace: place.namespace,
  labels: labelsOf(name),
});

/** With a name that the provider generates: what refers to it rolls when it changes. */
const generated = (name: string, place: Place) => ({
  namespace: place.namespace,
  labels: labelsOf(name),
});
