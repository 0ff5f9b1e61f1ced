import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { appIds, contractOf, reachesPostgres } from "#apps/contracts/services.ts";
import { inNamespace, networkPolicy } from "#components/network/policies.ts";
import type { NetworkPeer, Reach } from "#components/place.ts";
import { kept, labelsOf, selectorOf } from "#components/place.ts";
import { migrationLabels } from "#components/service/pod.ts";
import type { Backup, Restore } from "./backup.ts";
import { credentialKeys } from "./backup.ts";
import {
  clusterLabels,
  clusterNameOf,
  clusterObject,
  database,
  databaseObject,
  postgresPort,
  scheduledBackup,
} from "./cnpg-objects.ts";
import { sslParameters } from "./external-postgres.ts";
import type { Postgres } from "./postgres.ts";
import type { PostgresEngineArgs } from "./roles.ts";
import { accessBy, makeRoleSecrets, roleNames } from "./roles.ts";
import type { PostgresTuning } from "./tuning.ts";
import { defaultPostgresTuning } from "./tuning.ts";

export type CloudNativePgArgs = PostgresEngineArgs & {
  /** PostgreSQL 18 as CloudNativePG wants it; with backups one that has Barman's programs. */
  readonly image: string;
  readonly pullSecrets: readonly string[];
  readonly backup?: Backup | undefined;
  /** Starts from a backup in the same store, under a new name. */
  readonly restore?: Restore | undefined;
  /** Where the operator runs, which asks the instances how they are. */
  readonly operatorNamespace: string;
  /** Pods that read measures. */
  readonly monitoring: readonly NetworkPeer[];
  readonly tuning?: Partial<PostgresTuning>;
};

/** PostgreSQL in the cluster, run by CloudNativePG, with a role and a schema for each service. */
export class CloudNativePg extends pulumi.ComponentResource implements Postgres {
  readonly accessFor: Postgres["accessFor"];
  readonly reach: Reach;
  /** Under which its backups are found, to restore from. */
  readonly clusterName: string;

  constructor(name: string, args: CloudNativePgArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:postgres:CloudNativePg", name, {}, opts);
    if (args.restore && !args.backup) {
      throw new pulumi.RunError("PostgreSQL: a restore wants to be told the store of the backups.");
    }
    const child = { parent: this };
    const { place } = args;
    const cluster = clusterNameOf(args.restore);
    // CloudNativePG's volumes go with the cluster, so data that is to stay keeps its cluster.
    const holdsData = { ...child, ...kept(place), customTimeouts: timeouts };
    const location = {
      host: `${cluster}-rw.${place.namespace}.svc`,
      port: postgresPort,
      database,
      parameters: sslParameters({ ca: "" }),
    };
    const secrets = makeRoleSecrets(args, location, child);
    const backupSecret = this.backupCredentials(args);
    this.protect(cluster, args);
    const servers = new Custom(
      cluster,
      clusterObject({
        ...args,
        name: cluster,
        tuning: { ...defaultPostgresTuning[place.size], ...args.tuning },
        roles: [...secrets].map(([role, { metadata }]) => [role, metadata.name] as const),
        backup: args.backup,
        backupSecret,
        restore: args.restore,
      }),
      holdsData,
    );
    const schemas = new Custom(
      `${cluster}-${database}`,
      databaseObject(cluster, place, roleNames(args)),
      { ...holdsData, dependsOn: servers },
    );
    if (args.backup) {
      new Custom(`${cluster}-backup`, scheduledBackup(cluster, place), {
        ...child,
        dependsOn: servers,
      });
    }
    this.clusterName = cluster;
    this.reach = { peers: [{ podSelector: { matchLabels: clusterLabels(cluster) } }], ports };
    const caCertificate = { name: `${cluster}-ca`, key: "ca.crt" };
    this.accessFor = accessBy(secrets, caCertificate, [servers, schemas]);
    this.registerOutputs();
  }

  private backupCredentials({ place, backup }: CloudNativePgArgs) {
    if (!backup?.credentials) return undefined;
    const { accessKeyId, secretAccessKey } = backup.credentials;
    return new k8s.core.v1.Secret(
      "postgres-backup",
      {
        metadata: { namespace: place.namespace, labels: labelsOf("postgres-backup") },
        stringData: pulumi.secret({
          [credentialKeys.id]: accessKeyId,
          [credentialKeys.secret]: secretAccessKey,
          ...(backup.region !== undefined && { [credentialKeys.region]: backup.region }),
        }),
      },
      { parent: this },
    ).metadata.name;
  }

  private protect(cluster: string, args: CloudNativePgArgs): void {
    const { place, operatorNamespace, monitoring, backup } = args;
    const itself: NetworkPeer = { podSelector: { matchLabels: clusterLabels(cluster) } };
    const rule = (peers: readonly NetworkPeer[], ...numbers: number[]) => ({
      peers,
      ports: numbers.map((port) => ({ port, protocol: "TCP" as const })),
    });
    new k8s.networking.v1.NetworkPolicy(
      cluster,
      networkPolicy(
        {
          name: cluster,
          podLabels: clusterLabels(cluster),
          ingress: [
            rule([...clientPeers(args), itself, inNamespace(operatorNamespace)], postgresPort),
            rule([itself, inNamespace(operatorNamespace)], statusPort),
            ...(monitoring.length > 0 ? [rule(monitoring, metricsPort)] : []),
          ],
          egress: [
            rule([itself], postgresPort, statusPort),
            // Each instance watches its own cluster at the API server, and keeps its backups in a
            // store: neither is found by a label.
            rule([], ...new Set([443, 6_443, 8_443, ...storePorts(backup)])),
          ],
        },
        place,
      ),
      { parent: this },
    );
  }
}

const Custom = k8s.apiextensions.CustomResource;
const timeouts = { create: "20m", update: "30m", delete: "10m" };
const ports = [postgresPort];
const statusPort = 8_000;
const metricsPort = 9_187;

/** Pods of the services with a database, or with state that is kept here, and of migrations. */
const clientPeers = ({ stateIn }: CloudNativePgArgs): NetworkPeer[] =>
  appIds
    .filter((appId) => reachesPostgres(contractOf(appId), stateIn))
    .flatMap((appId) => [
      { podSelector: { matchLabels: selectorOf(appId) } },
      ...(contractOf(appId).database
        ? [{ podSelector: { matchLabels: migrationLabels(appId) } }]
        : []),
    ]);

/**
 * A store of one's own may listen anywhere. On GKE the node's server of metadata, which gives the
 * tokens for that of Google, listens on 80.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy
 */
function storePorts(backup: Backup | undefined): number[] {
  if (backup?.store === "gcp") return [80];
  if (backup?.endpoint === undefined) return [];
  // One that is known late is a cloud's.
  if (typeof backup.endpoint !== "string") return [443];
  const { port, protocol } = new URL(backup.endpoint);
  return [port ? Number(port) : protocol === "http:" ? 80 : 443];
}
