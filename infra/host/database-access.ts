import * as pulumi from "@pulumi/pulumi";
import { DatabaseRole } from "./database-role.ts";
import { Password } from "./password.ts";

/** What a service needs to use its part of the database. */
export type DatabaseAccess = {
  readonly url: pulumi.Output<string>;
  readonly role: DatabaseRole;
  /** Changes when the data was made anew, and migrations must run again. */
  readonly generation: pulumi.Input<string>;
};

/** PostgreSQL as the rest of the stack knows it, wherever it stands. */
export type LocalPostgres = {
  readonly adminUrl: pulumi.Output<string>;
  /** A login role that owns a schema of its own name, and the address by which it connects. */
  readonly accessFor: (name: string) => DatabaseAccess;
};

export type DatabaseServer = {
  readonly adminUrl: pulumi.Output<string>;
  /** `host:port/database` */
  readonly address: string;
  readonly generation: pulumi.Input<string>;
};

/** Makes a role with a schema of its own in a server that is there. */
export function databaseAccess(
  name: string,
  { adminUrl, address, generation }: DatabaseServer,
  options: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): DatabaseAccess {
  const password = new Password(`postgres-${name}`, {}, { parent: options.parent }).value;
  const role = new DatabaseRole(
    name,
    { adminUrl, role: name, password, schema: name, generation },
    options,
  );
  const url = pulumi.secret(pulumi.interpolate`postgres://${name}:${password}@${address}`);
  return { url, role, generation };
}
