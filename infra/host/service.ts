import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AppId, StackEnvName } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import { kafkaUserEnv, tracingEnv } from "#components/dapr/facts.ts";
import { yamlOf } from "#components/dapr/manifest.ts";
import { sidecarManifests } from "#components/dapr/sidecar.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { Job } from "./job.ts";
import { Password } from "./password.ts";
import { replicaName, type ServicePorts } from "./port-plan.ts";
import { backgroundNice, Process } from "./process.ts";
import { nodeEnvironment, sourceOf } from "./source.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostServiceArgs = {
  readonly stack: HostStack;
  readonly appId: AppId;
  /** Those of each replica; there are as many of them. */
  readonly ports: readonly ServicePorts[];
  /** What it listens on besides, by what that is called; of a service that runs once. */
  readonly besides?: Readonly<Record<string, number>>;
  /** What the stack tells its services; a contract's env says which of it. */
  readonly env: Readonly<Record<StackEnvName, pulumi.Input<string>>>;
  readonly database: DatabaseAccess | undefined;
  readonly redisUrl: pulumi.Output<string> | undefined;
  /** Restart the service by itself when a source file changes. */
  readonly watch: boolean;
  readonly logLevel: string;
  readonly sidecar: {
    readonly daprd: string;
    /** What the files of a replica's sidecar say, by the name of the replica. */
    readonly facts: (replica: string) => DaprFacts;
    /** What the secret store of the sidecar holds: JSON, by secret and key. */
    readonly secrets: pulumi.Output<string>;
    readonly secretsFile: (replica: string) => string;
    readonly kafkaPassword: pulumi.Output<string> | undefined;
    readonly controlPlaneTrustDomain: string;
    readonly sentryAddress: string;
    readonly schedulerAddress: string;
    readonly trustAnchors: pulumi.Output<string>;
    readonly dependsOn: readonly pulumi.Resource[];
  };
};

const loopback = "127.0.0.1";

/**
 * One service as processes of this machine, each replica with a sidecar of its own, the schema
 * brought up to date before. Replicas after the first have their number in their names.
 */
export class HostService extends pulumi.ComponentResource {
  /** Of each replica, the app and its sidecar. */
  readonly urls: readonly string[];
  readonly sidecarUrls: readonly string[];

  constructor(name: string, args: HostServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Service", name, {}, opts);
    this.urls = args.ports.map(({ app }) => `http://${loopback}:${app}`);
    this.sidecarUrls = args.ports.map(({ sidecarHttp }) => `http://${loopback}:${sidecarHttp}`);

    const tokens = {
      DAPR_API_TOKEN: new Password(`${name}-to-sidecar`, {}, { parent: this }).value,
      APP_API_TOKEN: new Password(`sidecar-to-${name}`, {}, { parent: this }).value,
    };
    const migrated = args.database && this.migrate(args, args.database);
    for (const [index, ports] of args.ports.entries()) {
      const replica = { name: replicaName(args.appId, index), ports };
      const app = this.runApp(args, replica, tokens, migrated);
      this.runSidecar(args, replica, tokens, app);
    }
    this.registerOutputs();
  }

  private migrate({ stack, appId }: HostServiceArgs, database: DatabaseAccess): Job {
    const name = `${appId}-migrations`;
    const migrations = sourceOf(stack.clone, [`apps/${appId}/migrations`]);
    return new Job(
      name,
      {
        name,
        stackFolder: stack.folder,
        cwd: stack.clone,
        command: [process.execPath, "apps/kit/database/migrate.ts", appId],
        env: { ...nodeEnvironment(stack.clone), DATABASE_URL: database.url },
        triggers: { ...migrations, database: database.generation },
      },
      { parent: this, dependsOn: database.role, deletedWith: database.role },
    );
  }

  private runApp(
    args: HostServiceArgs,
    { name, ports }: Replica,
    tokens: Tokens,
    migrated: Job | undefined,
  ): Process {
    const { stack, appId } = args;
    const facts = {
      ...args.env,
      ...(args.database && { DATABASE_URL: args.database.url }),
      ...(args.redisUrl && { REDIS_URL: args.redisUrl }),
    };
    const declared = Object.fromEntries(
      contractOf(appId).env.map((name) => [
        name,
        (facts as Record<string, pulumi.Input<string>>)[name] ?? "",
      ]),
    );
    return new Process(
      name,
      {
        name,
        stackFolder: stack.folder,
        cwd: stack.clone,
        command: [process.execPath, ...(args.watch ? ["--watch"] : []), `apps/${appId}/main.ts`],
        env: {
          ...nodeEnvironment(stack.clone),
          ...declared,
          ...tokens,
          HOST: loopback,
          PORT: `${ports.app}`,
          DAPR_HOST: loopback,
          DAPR_HTTP_PORT: `${ports.sidecarHttp}`,
          LOG_LEVEL: args.logLevel,
          ...tracingEnv(args.sidecar.facts(name).tracing),
        },
        // While watching, the process itself sees to changes of its source.
        ...(!args.watch && {
          source: sourceOf(stack.clone, ["apps/contracts", "apps/kit", `apps/${appId}`]),
        }),
        ports: { [name]: ports.app, ...args.besides },
        ready: { http: `http://${loopback}:${ports.app}/readyz` },
        stop: { graceMs: 15_000 },
        // Somebody waits for what is restarted after each change.
        ...(!args.watch && niceOf(appId)),
      },
      { parent: this, dependsOn: migrated ? [migrated] : [] },
    );
  }

  private runSidecar(
    args: HostServiceArgs,
    { name, ports }: Replica,
    tokens: Tokens,
    app: Process,
  ): Process {
    const { stack, appId, sidecar } = args;
    const facts = sidecar.facts(name);
    const folder = join(stack.folder, "dapr", name);
    const resourcesFile = join(folder, "resources", "resources.yaml");
    const configurationFile = join(folder, "configuration.yaml");
    const { resources, configuration } = sidecarManifests(appId, facts);
    return new Process(
      `${name}-sidecar`,
      {
        name: `${name}-sidecar`,
        stackFolder: stack.folder,
        cwd: stack.folder,
        command: [
          sidecar.daprd,
          ...["--mode", "standalone", "--log-as-json", "--app-id", appId],
          ...["--app-port", `${ports.app}`, "--app-channel-address", loopback],
          ...["--dapr-listen-addresses", loopback, "--dapr-http-port", `${ports.sidecarHttp}`],
          ...["--dapr-grpc-port", `${ports.sidecarGrpc}`],
          ...["--dapr-internal-grpc-listen-address", loopback],
          ...["--dapr-internal-grpc-port", `${ports.sidecarInternal}`],
          ...["--metrics-listen-address", loopback, "--metrics-port", `${ports.sidecarMetrics}`],
          ...["--resources-path", join(folder, "resources"), "--config", configurationFile],
          ...["--enable-mtls", "--sentry-address", sidecar.sentryAddress],
          ...["--control-plane-trust-domain", sidecar.controlPlaneTrustDomain],
          ...["--control-plane-namespace", facts.namespace],
          ...["--scheduler-host-address", sidecar.schedulerAddress],
          ...["--max-body-size", "16Mi", "--dapr-graceful-shutdown-seconds", "5"],
        ],
        env: {
          ...tokens,
          NAMESPACE: facts.namespace,
          // The address by which other sidecars are told to find this one.
          DAPR_HOST_IP: loopback,
          DAPR_TRUST_ANCHORS: sidecar.trustAnchors,
          ...(sidecar.kafkaPassword && {
            [kafkaUserEnv.username]: appId,
            [kafkaUserEnv.password]: sidecar.kafkaPassword,
          }),
        },
        files: {
          [resourcesFile]: pulumi.output(resources).apply(yamlOf),
          [configurationFile]: pulumi.output([configuration]).apply(yamlOf),
          [sidecar.secretsFile(name)]: sidecar.secrets,
        },
        ports: {
          [`${name} sidecar`]: ports.sidecarHttp,
          [`${name} sidecar gRPC`]: ports.sidecarGrpc,
          [`${name} sidecar internal`]: ports.sidecarInternal,
          [`${name} sidecar metrics`]: ports.sidecarMetrics,
        },
        ready: { http: `http://${loopback}:${ports.sidecarHttp}/v1.0/healthz` },
        stop: { graceMs: 15_000 },
        ...niceOf(appId),
      },
      { parent: this, dependsOn: [app, ...sidecar.dependsOn] },
    );
  }
}

const niceOf = (appId: AppId) => contractOf(appId).background && { nice: backgroundNice };

type Replica = { readonly name: string; readonly ports: ServicePorts };

type Tokens = Record<"DAPR_API_TOKEN" | "APP_API_TOKEN", pulumi.Output<string>>;
