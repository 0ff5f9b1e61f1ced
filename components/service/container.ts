import type * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import { postgresCa } from "#components/dapr/annotations.ts";
import { type DaprFacts, tracingEnv } from "#components/dapr/facts.ts";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { DatabaseAccess } from "#components/postgres/postgres.ts";
import { caCertificateFile } from "#components/postgres/postgres.ts";
import type { RedisAccess } from "#components/redis/redis.ts";
import { caCertificateFile as redisCaCertificateFile } from "#components/redis/redis.ts";
import {
  containerSecurityContext,
  migrationLabels,
  podResources,
  podSecurityContext,
  portsOf,
  probesOf,
  shutdown,
} from "./pod.ts";

/** Names of the Secrets that a service is given its facts and tokens by. */
export type ServiceSecrets = {
  /** Absent where the contract asks for nothing of the stack. */
  readonly env?: pulumi.Output<string>;
  readonly toSidecar: pulumi.Output<string>;
  readonly toApp: pulumi.Output<string>;
};

export type ContainerArgs = {
  readonly appId: AppId;
  readonly place: Place;
  readonly image: pulumi.Input<string>;
  readonly database: DatabaseAccess | undefined;
  /** Absent where the contract does not declare that it talks to Redis itself. */
  readonly redis: RedisAccess | undefined;
  readonly logLevel: string;
  readonly facts: Pick<DaprFacts, "tracing">;
  readonly secrets: ServiceSecrets;
};

/** The container of a service: its port, probes and facts by its contract. */
export function containerOf({ secrets, ...args }: ContainerArgs) {
  const { appId, place, database, redis } = args;
  const token = (name: string, secret: pulumi.Input<string>) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key: "token" } },
  });
  return {
    name: appId,
    image: args.image,
    ports: portsOf(appId),
    ...(secrets.env && { envFrom: [{ secretRef: { name: secrets.env } }] }),
    env: [
      { name: "HOST", value: "0.0.0.0" },
      { name: "PORT", value: String(contractOf(appId).port) },
      { name: "LOG_LEVEL", value: args.logLevel },
      ...Object.entries(tracingEnv(args.facts.tracing)).map(([name, value]) => ({ name, value })),
      ...(database ? [urlFrom("DATABASE_URL", database)] : []),
      ...(redis ? [urlFrom("REDIS_URL", redis)] : []),
      token("DAPR_API_TOKEN", secrets.toSidecar),
      token("APP_API_TOKEN", secrets.toApp),
    ],
    resources: podResources(appId, place.size).app,
    securityContext: containerSecurityContext,
    lifecycle: { preStop: { sleep: { seconds: shutdown.stillServesSeconds } } },
    volumeMounts: caMounts(authoritiesOf(args)),
    ...probesOf(),
  };
}

const urlFrom = (name: string, { url }: DatabaseAccess | RedisAccess) => ({
  name,
  valueFrom: { secretKeyRef: { name: url.name, key: url.key } },
});

/** What a service may have to trust: servers with a certificate authority of their own. */
type Trusted = {
  readonly database: DatabaseAccess | undefined;
  readonly redis?: RedisAccess | undefined;
  /** Of the PostgreSQL that keeps the state, which the sidecar comes to. */
  readonly stateCertificate?: SecretKey | undefined;
};

type Authority = {
  readonly name: string;
  /** Where the URL of the server says that it is. */
  readonly file: string;
  readonly certificate: SecretKey;
};

const authoritiesOf = ({ database, redis, stateCertificate }: Trusted): Authority[] =>
  [
    {
      name: postgresCa,
      file: caCertificateFile,
      certificate: database?.caCertificate ?? stateCertificate,
    },
    { name: "redis-ca", file: redisCaCertificateFile, certificate: redis?.caCertificate },
  ].filter((authority): authority is Authority => authority.certificate !== undefined);

const caMounts = (authorities: readonly Authority[]) =>
  authorities.map(({ name, file }) => ({
    name,
    mountPath: file.slice(0, file.lastIndexOf("/")),
    readOnly: true,
  }));

/** Volumes with the authorities of those servers that have one of their own. */
export const caVolumes = (trusted: Trusted) =>
  authoritiesOf(trusted).map(({ name, file, certificate }) => ({
    name,
    secret: {
      secretName: certificate.name,
      items: [{ key: certificate.key, path: file.slice(file.lastIndexOf("/") + 1) }],
    },
  }));

export type MigrationArgs = Pick<ContainerArgs, "appId" | "image"> & {
  readonly database: DatabaseAccess;
  readonly serviceAccount: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
};

/** A Job that brings the schema of a service up to date, by the image of the service itself. */
export const migrationSpec = (name: string, args: MigrationArgs) => ({
  backoffLimit: 4,
  activeDeadlineSeconds: 300,
  template: {
    metadata: { labels: { ...labelsOf(name), ...migrationLabels(args.appId) } },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      securityContext: podSecurityContext,
      imagePullSecrets: args.pullSecrets.map((secret) => ({ name: secret })),
      containers: [
        {
          name: "migrate",
          image: args.image,
          args: ["migrate.mjs", args.appId],
          env: [urlFrom("DATABASE_URL", args.database)],
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
          securityContext: containerSecurityContext,
          volumeMounts: caMounts(authoritiesOf({ database: args.database })),
        },
      ],
      volumes: caVolumes({ database: args.database }),
    },
  },
});
