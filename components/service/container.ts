import type * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { Place } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { DatabaseAccess } from "#components/postgres/postgres.ts";
import { caCertificateFile } from "#components/postgres/postgres.ts";
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
  /** Absent where the contract asks for nothing but a database. */
  readonly env?: pulumi.Output<string>;
  readonly toSidecar: pulumi.Output<string>;
  readonly toApp: pulumi.Output<string>;
};

export type ContainerArgs = {
  readonly appId: AppId;
  readonly place: Place;
  readonly image: pulumi.Input<string>;
  readonly database: DatabaseAccess | undefined;
  readonly logLevel: string;
  readonly secrets: ServiceSecrets;
};

/** The container of a service: its port, probes and facts by its contract. */
export function containerOf({ secrets, ...args }: ContainerArgs) {
  const { appId, place, database } = args;
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
      ...(database ? [databaseUrl(database)] : []),
      token("DAPR_API_TOKEN", secrets.toSidecar),
      token("APP_API_TOKEN", secrets.toApp),
    ],
    resources: podResources[place.size].app,
    securityContext: containerSecurityContext,
    lifecycle: { preStop: { sleep: { seconds: shutdown.stillServesSeconds } } },
    volumeMounts: caMounts(database),
    ...probesOf(),
  };
}

const databaseUrl = ({ url }: DatabaseAccess) => ({
  name: "DATABASE_URL",
  valueFrom: { secretKeyRef: { name: url.name, key: url.key } },
});

const caMounts = (database: DatabaseAccess | undefined) =>
  database?.caCertificate
    ? [
        {
          name: "postgres-ca",
          mountPath: caCertificateFile.slice(0, caCertificateFile.lastIndexOf("/")),
          readOnly: true,
        },
      ]
    : [];

/** The volume with the authority of the database, where it has one of its own. */
export const caVolumes = (database: DatabaseAccess | undefined) =>
  database?.caCertificate
    ? [
        {
          name: "postgres-ca",
          secret: {
            secretName: database.caCertificate.name,
            items: [
              {
                key: database.caCertificate.key,
                path: caCertificateFile.slice(caCertificateFile.lastIndexOf("/") + 1),
              },
            ],
          },
        },
      ]
    : [];

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
          env: [databaseUrl(args.database)],
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
          securityContext: containerSecurityContext,
          volumeMounts: caMounts(args.database),
        },
      ],
      volumes: caVolumes(args.database),
    },
  },
});
