import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAccess, LocalPostgres } from "../database-access.ts";
import { databaseAccess } from "../database-access.ts";
import { addressOf, adminUrlOf, type PostgresAccount } from "./urls.ts";

export type ExternalPostgresArgs = PostgresAccount & {
  /** The server's own id: another one at this address gets everything again. */
  readonly systemId: string;
};

/**
 * PostgreSQL that somebody else runs, with a role and a schema made in one of its databases for each
 * service that asks for it. They go with the stack.
 */
export class HostExternalPostgres extends pulumi.ComponentResource implements LocalPostgres {
  readonly adminUrl: pulumi.Output<string>;
  private readonly address: string;
  private readonly systemId: string;

  constructor(name: string, args: ExternalPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:ExternalPostgres", name, {}, opts);
    this.address = addressOf(args);
    this.systemId = args.systemId;
    this.adminUrl = pulumi.secret(adminUrlOf(args));
    this.registerOutputs();
  }

  accessFor(name: string): DatabaseAccess {
    const { adminUrl, address, systemId } = this;
    return databaseAccess(name, { adminUrl, address, generation: systemId }, { parent: this });
  }
}
