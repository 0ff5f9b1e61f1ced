import * as pulumi from "@pulumi/pulumi";
import type { PostgresSpec } from "#apps/provision/spec.ts";
import type { Reach } from "#components/place.ts";
import type { Admin, ProvisionImage } from "#components/provision/provision-job.ts";
import { ProvisionJob } from "#components/provision/provision-job.ts";
import type { RemoteTls } from "#components/provision/remote-tls.ts";
import { authorityOf, provisionTls } from "#components/provision/remote-tls.ts";
import type { Postgres } from "./postgres.ts";
import { caCertificateFile } from "./postgres.ts";
import type { PostgresEngineArgs } from "./roles.ts";
import { accessBy, makeRoleSecrets, roleNames } from "./roles.ts";

export type ExternalPostgresArgs = PostgresEngineArgs & {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  /** Made when it is not there. */
  readonly database: string;
  /** Owns the database, or may make it, and may make roles; need not be a superuser. */
  readonly admin: Admin;
  readonly tls: RemoteTls;
  readonly provision: ProvisionImage;
};

/** PostgreSQL that stands elsewhere, and what a Job makes in it: a role and a schema per service. */
export class ExternalPostgres extends pulumi.ComponentResource implements Postgres {
  readonly accessFor: Postgres["accessFor"];
  readonly reach: Reach;

  constructor(name: string, args: ExternalPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:postgres:ExternalPostgres", name, {}, opts);
    const child = { parent: this };
    const { place, host, port, database, tls } = args;
    this.reach = { peers: [], ports: [port] };

    const caCertificate = authorityOf("postgres", tls, place, child);
    const location = { host, port, database, parameters: sslParameters(tls) };
    const secrets = makeRoleSecrets(args, location, child);
    const provision = new ProvisionJob(
      "postgres-provision",
      {
        ...args.provision,
        place,
        run: { program: "postgres", spec: specOf(args) },
        admin: args.admin,
        passwords: Object.fromEntries(
          [...secrets].map(([role, { metadata }]) => [
            role,
            { name: metadata.name, key: "password" },
          ]),
        ),
        caCertificate,
        reach: this.reach,
      },
      child,
    );
    this.accessFor = accessBy(secrets, caCertificate, [provision.job]);
    this.registerOutputs();
  }
}

const specOf = ({
  host,
  port,
  database,
  tls,
  ...args
}: ExternalPostgresArgs): pulumi.Output<PostgresSpec> =>
  pulumi.output(host).apply((at) => ({
    host: at,
    port,
    database,
    tls: provisionTls(tls),
    roles: roleNames(args),
  }));

/** What the services' driver is told of encryption; `verify-full` also checks the host's name. */
export const sslParameters = (tls: RemoteTls): string => {
  if (!tls) return "sslmode=disable";
  return tls === "public"
    ? "sslmode=verify-full"
    : `sslmode=verify-full&sslrootcert=${caCertificateFile}`;
};
