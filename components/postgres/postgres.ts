import type * as pulumi from "@pulumi/pulumi";
import type { dapr } from "#apps/contracts/dapr.ts";
import type { AppId } from "#apps/contracts/services.ts";
import type { Reach, SecretKey } from "#components/place.ts";

/** Who has a role and a schema of the same name: a service, or the state store. */
export type RoleName = AppId | typeof dapr.stateStore;

/** What a role needs to use its own schema and nothing else of the database. */
export type DatabaseAccess = {
  /** A `postgres://` URL with role and password, `sslmode` included. */
  readonly url: SecretKey;
  /** The server's certificate authority (PEM), mounted where the URL says; absent: a public one. */
  readonly caCertificate?: SecretKey;
  /** What exists before the first migration: the server, the role, the schema. */
  readonly ready: readonly pulumi.Resource[];
};

/** Where a mounted `caCertificate` is found: the `sslrootcert` of the URL. */
export const caCertificateFile = "/etc/todo/postgres-ca/ca.crt";

/** What every engine returns: those who use PostgreSQL do not know which one it is. */
export interface Postgres {
  readonly accessFor: (role: RoleName) => DatabaseAccess;
  readonly reach: Reach;
}
