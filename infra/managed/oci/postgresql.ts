import { getAvailabilityDomainsOutput } from "@pulumi/oci/identity/getAvailabilityDomains.js";
import { DbSystem } from "@pulumi/oci/psql/dbSystem.js";
import { getDbSystemConnectionDetailOutput } from "@pulumi/oci/psql/getDbSystemConnectionDetail.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { OciPlace } from "#infra/clusters/oke/place.ts";
import { hasThreeDomains } from "#infra/clusters/settings/oci-regions.ts";
import type { ManagedArgs, ManagedPostgres } from "../managed.ts";
import type { OciPostgresqlConfig } from "../settings/oci.ts";
import { placeOf } from "./place.ts";

const login = "todoadmin";
const port = 5_432;

/**
 * OCI Database with PostgreSQL: an address of the cluster's network and no other, TLS by an
 * authority of its own, a second node and daily backups. It takes no key of a customer: Oracle
 * encrypts it with its own.
 * Source: https://docs.oracle.com/iaas/Content/postgresql/overview.htm
 */
export function ociPostgresqlPostgres(
  config: OciPostgresqlConfig,
  args: ManagedArgs<"oci">,
): ManagedPostgres {
  const { home } = args;
  const place = placeOf("OciPostgresql", `${args.place.namespace}-postgres`, args);
  const { name, compartmentId, child } = place;
  const password = pulumi.secret(args.password("postgres-admin"));
  const system = new DbSystem(
    name,
    {
      compartmentId,
      displayName: name,
      dbVersion: config.version,
      shape: "PostgreSQL.VM.Standard.E5.Flex",
      instanceOcpuCount: config.ocpus,
      instanceMemorySizeInGbs: config.memoryGb,
      instanceCount: config.nodes ?? (args.place.size === "prod" ? 2 : 1),
      systemType: "OCI_OPTIMIZED_STORAGE",
      storageDetails: { systemType: "OCI_OPTIMIZED_STORAGE", ...storagePlace(place) },
      networkDetails: { subnetId: home.servicesSubnetId, nsgIds: [home.servicesGuardId] },
      credentials: {
        username: login,
        passwordDetails: { passwordType: "PLAIN_TEXT", password },
      },
      managementPolicy: {
        maintenanceWindowStart: "SUN 02:00",
        backupPolicy: { kind: "DAILY", backupStart: "01:00", retentionDays: config.backupDays },
      },
    },
    { ...child, ...kept(args.place), customTimeouts: { create: "2h", update: "2h" } },
  );
  const connection = getDbSystemConnectionDetailOutput({ dbSystemId: system.id }, child);
  return {
    host: connection.primaryDbEndpoints.apply(([endpoint]) => endpoint?.fqdn ?? ""),
    port,
    database: config.database,
    admin: { username: login, password },
    tls: { ca: connection.caCertificate },
  };
}

/** In all availability domains where there are three, else in the one. */
function storagePlace({ region, tenancyId, child }: OciPlace) {
  if (hasThreeDomains(region)) return { isRegionallyDurable: true };
  const { availabilityDomains } = getAvailabilityDomainsOutput({ compartmentId: tenancyId }, child);
  return {
    isRegionallyDurable: false,
    availabilityDomain: availabilityDomains.apply(([domain]) => domain?.name ?? ""),
  };
}
