import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { WorkloadIdentity } from "#components/service/hono-service.ts";
import type { Backup, Restore } from "./backup.ts";
import { objectStore } from "./backup.ts";
import type { RoleName } from "./postgres.ts";
import type { PostgresTuning } from "./tuning.ts";

const apiVersion = "postgresql.cnpg.io/v1";
export const database = "todo";
export const postgresPort = 5_432;
/** Who owns the database, and logs in for nothing. */
const owner = "todo";
/** Whose members may use the database and make schemas in it. */
const servicesRole = "todo_services";

/**
 * The name of the cluster. One that is restored is another one, beside which the old one lives
 * until all have moved, and under whose name it writes its own backups.
 */
export const clusterNameOf = (restore: Restore | undefined): string => {
  if (!restore) return "postgres";
  const hash = createHash("sha256")
    .update(`${restore.from} ${restore.at ?? ""}`)
    .digest("hex");
  return `postgres-${hash.slice(0, 8)}`;
};

/** The labels of the pods of a cluster, and of what it runs beside them. */
export const clusterLabels = (name: string) => ({ "cnpg.io/cluster": name });

export type ClusterArgs = {
  readonly name: string;
  readonly place: Place;
  readonly image: string;
  readonly pullSecrets: readonly string[];
  readonly tuning: PostgresTuning;
  /** The Secret (basic-auth) of each role. */
  readonly roles: readonly (readonly [RoleName, pulumi.Input<string>])[];
  readonly backup: Backup | undefined;
  readonly backupSecret: pulumi.Input<string> | undefined;
  readonly restore: Restore | undefined;
};

const metadata = (name: string, { namespace }: Place, waitFor?: string) => ({
  name,
  namespace,
  labels: labelsOf(name),
  ...(waitFor !== undefined && { annotations: { "pulumi.com/waitFor": waitFor } }),
});

/** The servers: one, or three of which one other has every record before it counts. */
export const clusterObject = (args: ClusterArgs) => {
  const { name, place, tuning, backup } = args;
  const replicated = place.size === "prod";
  return {
    apiVersion,
    kind: "Cluster",
    metadata: metadata(name, place, "condition=Ready"),
    spec: {
      instances: replicated ? 3 : 1,
      imageName: args.image,
      imagePullSecrets: args.pullSecrets.map((secret) => ({ name: secret })),
      ...(backup?.identity && identityOf(backup.identity)),
      // A budget for one instance would forbid every change of its node.
      enablePDB: replicated,
      enableSuperuserAccess: false,
      primaryUpdateStrategy: "unsupervised",
      primaryUpdateMethod: replicated ? "switchover" : "restart",
      seccompProfile: { type: "RuntimeDefault" },
      postgresql: {
        parameters: parametersOf(tuning),
        // Before what CloudNativePG adds, which takes anyone with a password.
        pg_hba: ["hostnossl all all all reject"],
        ...(replicated && {
          synchronous: { method: "any", number: 1, dataDurability: "required" },
        }),
      },
      bootstrap: bootstrapOf(args),
      ...(args.restore && backup && { externalClusters: [sourceOf(args.restore, backup, args)] }),
      managed: { roles: args.roles.map(([role, secret]) => managedRole(role, secret)) },
      storage: volume(tuning.storage, place),
      ...(tuning.walStorage !== undefined && { walStorage: volume(tuning.walStorage, place) }),
      resources: {
        requests: { cpu: tuning.cpu, memory: tuning.memory },
        limits: { memory: tuning.memory },
      },
      affinity: {
        enablePodAntiAffinity: true,
        topologyKey: "kubernetes.io/hostname",
        podAntiAffinityType: replicated ? "required" : "preferred",
      },
      ...(place.zones && { topologySpreadConstraints: [zoneSpread(name)] }),
      // Stores that only look like Amazon's do not know the checksums that its client adds.
      ...(backup?.endpoint !== undefined && { env: plainChecksums }),
      ...(backup && {
        backup: {
          barmanObjectStore: objectStore(backup, args.backupSecret),
          retentionPolicy: `${backup.retentionDays}d`,
          target: "prefer-standby",
        },
      }),
    },
  };
};

const plainChecksums = [
  { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
  { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
];

const parametersOf = ({ maxConnections, sharedBuffersMiB }: PostgresTuning) => ({
  max_connections: String(maxConnections),
  shared_buffers: `${sharedBuffersMiB}MB`,
  timezone: "UTC",
  log_timezone: "UTC",
});

const volume = (size: string, { storageClass }: Place) => ({
  size,
  ...(storageClass !== undefined && { storageClass }),
  resizeInUseVolumes: true,
});

const zoneSpread = (name: string) => ({
  maxSkew: 1,
  topologyKey: "topology.kubernetes.io/zone",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: clusterLabels(name) },
});

/** A new database, or one from a backup. */
const bootstrapOf = ({ restore }: ClusterArgs) =>
  restore
    ? {
        recovery: {
          source: restore.from,
          database,
          owner,
          ...(restore.at !== undefined && { recoveryTarget: { targetTime: restore.at } }),
        },
      }
    : {
        initdb: {
          database,
          owner,
          encoding: "UTF8",
          localeCollate: "C.UTF-8",
          localeCType: "C.UTF-8",
          dataChecksums: true,
          postInitApplicationSQL: rights,
        },
      };

/** The pods' service account is the operator's work; here is what a cloud wants on it. */
const identityOf = ({ serviceAccountAnnotations, podLabels }: WorkloadIdentity) => ({
  serviceAccountTemplate: { metadata: { annotations: serviceAccountAnnotations } },
  inheritedMetadata: { labels: podLabels },
});

const sourceOf = (restore: Restore, backup: Backup, { backupSecret }: ClusterArgs) => ({
  name: restore.from,
  barmanObjectStore: { ...objectStore(backup, backupSecret), serverName: restore.from },
});

/**
 * What cannot be declared, and holds for services to come as well: nothing is everyone's, and who
 * is a service may connect and make schemas, which migration tools ask to be allowed. A role finds
 * its schema by PostgreSQL's own search path, which begins with the schema of the role's name.
 */
const rights = [
  `create role ${servicesRole} nologin`,
  "revoke all on schema public from public",
  `revoke all on database ${database} from public`,
  `grant connect, temporary, create on database ${database} to ${servicesRole}`,
];

const managedRole = (name: RoleName, secret: pulumi.Input<string>) => ({
  name,
  ensure: "present",
  login: true,
  superuser: false,
  createdb: false,
  createrole: false,
  inRoles: [servicesRole],
  passwordSecret: { name: secret },
});

/** The database with a schema for each role. It is applied once all roles are there. */
export const databaseObject = (cluster: string, place: Place, roles: readonly RoleName[]) => ({
  apiVersion,
  kind: "Database",
  metadata: metadata(`${cluster}-${database}`, place, "jsonpath={.status.applied}=true"),
  spec: {
    name: database,
    owner,
    cluster: { name: cluster },
    // It goes with the volume; to drop it alone is nothing a stack does.
    databaseReclaimPolicy: "retain",
    schemas: roles.map((role) => ({ name: role, owner: role, ensure: "present" })),
  },
});

/** A whole backup every night; between them the log of writes is kept. */
export const scheduledBackup = (cluster: string, place: Place) => ({
  apiVersion,
  kind: "ScheduledBackup",
  metadata: metadata(cluster, place),
  spec: {
    // With seconds first.
    schedule: "0 0 2 * * *",
    immediate: true,
    backupOwnerReference: "cluster",
    cluster: { name: cluster },
    method: "barmanObjectStore",
  },
});
