import { Database } from "@pulumi/azure-native/dbforpostgresql/database.js";
import { Server } from "@pulumi/azure-native/dbforpostgresql/server.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import { sendLogs } from "#infra/clusters/aks/logs.ts";
import type { ManagedArgs, ManagedPostgres } from "../managed.ts";
import type { FlexibleServerConfig } from "../settings/azure.ts";
import { lock, privateEndpoint } from "./private.ts";

const login = "todoadmin";
const port = 5_432;

/**
 * Azure Database for PostgreSQL Flexible Server: reached from the cluster only and by TLS, which
 * cannot be switched off there, with a standby and backups, encrypted with the customer's key.
 */
export function flexibleServerPostgres(
  config: FlexibleServerConfig,
  args: ManagedArgs<"azure">,
): ManagedPostgres {
  const { home, place } = args;
  const name = `${place.namespace}-postgres`;
  const parts = new pulumi.ComponentResource("todo:managed:FlexibleServer", name);
  const child = { parent: parts };
  const password = pulumi.secret(args.password("postgres-admin"));
  const server = new Server(name, serverArgs(config, args, password), {
    ...child,
    ...kept(place),
    customTimeouts: { create: "1h", update: "1h" },
  });
  const database = new Database(
    `${name}-${config.database}`,
    {
      resourceGroupName: home.resourceGroup,
      serverName: server.name,
      databaseName: config.database,
      charset: "UTF8",
      collation: "C",
    },
    { ...child, ...kept(place) },
  );
  const endpoint = privateEndpoint(name, home, { service: "postgres", id: server.id }, child);
  sendLogs(
    name,
    { of: server.id, to: home.logsId, logs: ["allLogs"], named: "categoryGroup" },
    child,
  );
  lock(name, args, server, [database, endpoint], child);
  return {
    // Who is told the host waits until it leads somewhere and the database is there.
    host: pulumi
      .all([server.fullyQualifiedDomainName, endpoint.urn, database.id])
      .apply(([host]) => host),
    port,
    database: config.database,
    admin: { username: login, password },
    tls: "public",
  };
}

function serverArgs(
  config: FlexibleServerConfig,
  { home, place }: ManagedArgs<"azure">,
  password: pulumi.Output<string>,
): ConstructorParameters<typeof Server>[1] {
  const { identityId, keyUri } = home.encryption;
  const standby = config.standby ?? (place.size === "prod" ? "another-zone" : "none");
  return {
    resourceGroupName: home.resourceGroup,
    location: home.location,
    version: config.version,
    administratorLogin: login,
    administratorLoginPassword: password,
    sku: {
      name: config.machine,
      tier: config.machine.startsWith("Standard_E") ? "MemoryOptimized" : "GeneralPurpose",
    },
    storage: { storageSizeGB: config.storageGb, autoGrow: "Enabled" },
    network: { publicNetworkAccess: "Disabled" },
    backup: {
      backupRetentionDays: config.backupDays,
      geoRedundantBackup: config.backupsElsewhere ? "Enabled" : "Disabled",
    },
    highAvailability: { mode: modes[standby] },
    // Roles of services sign in by passwords, as everywhere.
    authConfig: { activeDirectoryAuth: "Disabled", passwordAuth: "Enabled" },
    identity: {
      type: "UserAssigned",
      userAssignedIdentities: pulumi.output(identityId).apply((id) => ({ [id]: {} })),
    },
    dataEncryption: {
      type: "AzureKeyVault",
      primaryKeyURI: keyUri,
      primaryUserAssignedIdentityId: identityId,
    },
    maintenanceWindow: { customWindow: "Enabled", dayOfWeek: 0, startHour: 2, startMinute: 0 },
  };
}

const modes = {
  "another-zone": "ZoneRedundant",
  "same-zone": "SameZone",
  none: "Disabled",
} as const;
