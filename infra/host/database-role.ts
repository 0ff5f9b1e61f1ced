import * as pulumi from "@pulumi/pulumi";

/** A login role with a schema of its own. */
export interface DatabaseRoleArgs {
  /** URL of the database as a superuser; a secret. */
  adminUrl: pulumi.Input<string>;
  role: pulumi.Input<string>;
  password: pulumi.Input<string>;
  /** Owned by the role, and the only one on its search path. */
  schema: pulumi.Input<string>;
  /** The server's `dataId`: new data gets the role again. */
  generation: pulumi.Input<string>;
}

/**
 * Makes a role and its schema in PostgreSQL, and takes database and schema `public` from everyone
 * else. Deleting it drops both; with `deletedWith` the server that is skipped.
 */
export class DatabaseRole extends pulumi.CustomResource {
  constructor(name: string, args: DatabaseRoleArgs, options?: pulumi.CustomResourceOptions) {
    super("host:index:DatabaseRole", name, { ...args }, options);
  }
}
