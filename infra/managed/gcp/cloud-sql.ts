import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import { Database } from "@pulumi/gcp/sql/database.js";
import { DatabaseInstance } from "@pulumi/gcp/sql/databaseInstance.js";
import { User } from "@pulumi/gcp/sql/user.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { ManagedArgs, ManagedPostgres } from "../managed.ts";
import type { CloudSqlConfig } from "../settings/google.ts";

const login = "todoadmin";
const port = 5_432;

/**
 * Cloud SQL for PostgreSQL: an address in the cluster's network only, TLS only, a standby, backups
 * with every point in time of the last days, encrypted with the customer's key.
 */
export function cloudSqlPostgres(
  config: CloudSqlConfig,
  args: ManagedArgs<"gcp">,
): ManagedPostgres {
  const { home, place } = args;
  const name = `${place.namespace}-postgres`;
  const parts = new pulumi.ComponentResource("todo:managed:CloudSql", name);
  const child = { parent: parts };
  const password = pulumi.secret(args.password("postgres-admin"));
  const server = new DatabaseInstance(name, instanceArgs(config, args), {
    ...child,
    ...kept(place),
    // Google makes the disk larger by itself, which would be taken back.
    ignoreChanges: ["settings.diskSize"],
    customTimeouts: { create: "1h", update: "1h", delete: "1h" },
  });
  const of = { project: home.project, instance: server.name };
  // Google makes users as members of cloudsqlsuperuser, to whom databases belong.
  const admin = new User(name, { ...of, name: login, password, deletionPolicy: "ABANDON" }, child);
  const database = new Database(
    `${name}-${config.database}`,
    { ...of, name: config.database, charset: "UTF8", collation: "en_US.UTF8" },
    { ...child, ...kept(place) },
  );
  const record = makeName(name, server, args, child);
  return {
    // Who is told the host waits until it leads somewhere, the database is there and its owner.
    host: pulumi
      .all([record.name, record.id, database.id, admin.id])
      .apply(([host]) => host.replace(/\.$/, "")),
    port,
    database: config.database,
    admin: { username: login, password },
    tls: { ca: server.serverCaCerts.apply((authorities) => authorities[0]?.cert ?? "") },
  };
}

/**
 * The server's own name, which its certificate has, leads to its private address: without a name its
 * identity could not be checked.
 * Source: https://cloud.google.com/sql/docs/postgres/authorize-ssl
 */
function makeName(
  name: string,
  server: DatabaseInstance,
  { home }: ManagedArgs<"gcp">,
  child: Pick<pulumi.CustomResourceOptions, "parent">,
): RecordSet {
  const dnsName = pulumi
    .all([server.dnsNames, server.dnsName])
    .apply(([names, only]) => hostOf(names, only));
  const zone = new ManagedZone(
    name,
    {
      project: home.project,
      dnsName,
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: home.networkId }] },
    },
    child,
  );
  return new RecordSet(
    name,
    {
      project: home.project,
      managedZone: zone.name,
      name: zone.dnsName,
      type: "A",
      ttl: 60,
      rrdatas: [server.privateIpAddress],
    },
    child,
  );
}

type NameOfServer = { readonly connectionType: string; readonly name: string };

/** The name for private addresses among those of a server, or its only one, with a dot at its end. */
export function hostOf(names: readonly NameOfServer[], only: string): string {
  const found = names.find(({ connectionType }) => connectionType === "PRIVATE_SERVICES_ACCESS");
  const host = found?.name || only;
  return host.endsWith(".") ? host : `${host}.`;
}

function instanceArgs(
  config: CloudSqlConfig,
  { home, place }: ManagedArgs<"gcp">,
): ConstructorParameters<typeof DatabaseInstance>[1] {
  const standby = config.standby ?? place.size === "prod";
  return {
    project: home.project,
    region: home.region,
    databaseVersion: `POSTGRES_${config.version}`,
    encryptionKeyName: home.keyId,
    deletionProtection: place.keepData,
    settings: {
      edition: "ENTERPRISE",
      tier: config.machine,
      availabilityType: standby ? "REGIONAL" : "ZONAL",
      diskType: "PD_SSD",
      diskSize: config.storageGb,
      diskAutoresize: true,
      deletionProtectionEnabled: place.keepData,
      retainBackupsOnDelete: place.keepData,
      ipConfiguration: {
        ipv4Enabled: false,
        privateNetwork: home.networkId,
        sslMode: "ENCRYPTED_ONLY",
        // Of this authority's certificates one can check the name, of a server's own one cannot.
        serverCaMode: "GOOGLE_MANAGED_CAS_CA",
      },
      backupConfiguration: {
        enabled: true,
        startTime: "01:00",
        location: home.region,
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: config.recoveryDays,
        backupRetentionSettings: { retainedBackups: config.backups, retentionUnit: "COUNT" },
      },
      maintenanceWindow: { day: 7, hour: 2, updateTrack: "stable" },
    },
  };
}
