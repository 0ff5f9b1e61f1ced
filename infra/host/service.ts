import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AppId, StackEnvName } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { DaprFacts } from "#components/dapr/facts.ts";
import { kafkaUserEnv } from "#components/dapr/facts.ts";
import { yamlOf } from "#components/dapr/manifest.ts";
import { sidecarManifests } from "#components/dapr/sidecar.ts";
import { Job } from "./job.ts";
import { Password } from "./password.ts";
import type { ServicePorts } from "./port-plan.ts";
import type { DatabaseAccess } from "./postgres.ts";
import { Process } from "./process.ts";
import { sourceOf } from "./source.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostServiceArgs = {
  readonly stack: HostStack;
  readonly appId: AppId;
  readonly ports: ServicePorts;
  /** What the stack tells its services; a contract's env says which of it. */
  readonly env: Readonly<Record<StackEnvName, pulumi.Input<string>>>;
  readonly database: DatabaseAccess | undefined;
  readonly redisUrl: pulumi.Output<string> | undefined;
  /** Restart the service by itself when a source file changes. */
  readonly watch: boolean;
  readonly logLevel: string;
  readonly sidecar: {
    readonly daprd: string;
    readonly facts: DaprFacts;
    /** What the secret store of the sidecar holds: JSON, by secret and key. */
    readonly secrets: pulumi.Output<string>;
    readonly secretsFile: (appId: AppId) => string;
    readonly kafkaPassword: pulumi.Output<string> | undefined;
    readonly controlPlaneTrustDomain: string;
    readonly sentryAddress: string;
    readonly schedulerAddress: string;
    readonly trustAnchors: pulumi.Output<string>;
    readonly dependsOn: pulumi.Resource[];
  };
};

const loopback = "127.0.0.1";

/** One service and its sidecar as processes of this machine, the schema brought up to date before. */
export class HostService extends pulumi.ComponentResource {
  readonly url: string;
  readonly sidecarUrl: string;

  constructor(name: string, args: HostServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Service", name, {}, opts);
    this.url = `http://${loopback}:${args.ports.app}`;
    this.sidecarUrl = `http://${loopback}:${args.ports.sidecarHttp}`;

    const tokens = {
      DAPR_API_TOKEN: new Password(`${name}-to-sidecar`, {}, { parent: this }).value,
      APP_API_TOKEN: new Password(`sidecar-to-${name}`, {}, { parent: this }).value,
    };
    const migrated = args.database && this.migrate(args, args.database);
    const app = this.runApp(args, tokens, migrated);
    this.runSidecar(args, tokens, app);
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
        env: { DATABASE_URL: database.url },
        triggers: { ...migrations, database: database.generation },
      },
      { parent: this, dependsOn: database.role, deletedWith: database.role },
    );
  }

  private runApp(args: HostServiceArgs, tokens: Tokens, migrated: Job | undefined): Process {
    const { stack, appId, ports } = args;
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
      appId,
      {
        name: appId,
        stackFolder: stack.folder,
        cwd: stack.clone,
        command: [process.execPath, ...(args.watch ? ["--watch"] : []), `apps/${appId}/main.ts`],
        env: {
          ...declared,
          ...tokens,
          HOST: loopback,
          PORT: `${ports.app}`,
          DAPR_HOST: loopback,
          DAPR_HTTP_PORT: `${ports.sidecarHttp}`,
          LOG_LEVEL: args.logLevel,
        },
        // While watching, the process itself sees to changes of its source.
        ...(!args.watch && {
          source: sourceOf(stack.clone, ["apps/contracts", "apps/kit", `apps/${appId}`]),
        }),
        ports: { [appId]: ports.app },
        ready: { http: `${this.url}/readyz` },
        stop: { graceMs: 15_000 },
      },
      { parent: this, dependsOn: migrated ? [migrated] : [] },
    );
  }

  private runSidecar(args: HostServiceArgs, tokens: Tokens, app: Process): Process {
    const { stack, appId, ports, sidecar } = args;
    const { facts } = sidecar;
    const folder = join(stack.folder, "dapr", appId);
    const resourcesFile = join(folder, "resources", "resources.yaml");
    const configurationFile = join(folder, "configuration.yaml");
    const { resources, configuration } = sidecarManifests(appId, facts);
    return new Process(
      `${appId}-sidecar`,
      {
        name: `${appId}-sidecar`,
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
          [sidecar.secretsFile(appId)]: sidecar.secrets,
        },
        ports: {
          [`${appId} sidecar`]: ports.sidecarHttp,
          [`${appId} sidecar gRPC`]: ports.sidecarGrpc,
          [`${appId} sidecar internal`]: ports.sidecarInternal,
          [`${appId} sidecar metrics`]: ports.sidecarMetrics,
        },
        ready: { http: `${this.sidecarUrl}/v1.0/healthz` },
        stop: { graceMs: 15_000 },
      },
      { parent: this, dependsOn: [app, ...sidecar.dependsOn] },
    );
  }
}

type Tokens = Record<"DAPR_API_TOKEN" | "APP_API_TOKEN", pulumi.Output<string>>;
