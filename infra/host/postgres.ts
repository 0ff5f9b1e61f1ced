import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAccess, LocalPostgres } from "./database-access.ts";
import { databaseAccess } from "./database-access.ts";
import { Password } from "./password.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";
import { dataFolderFor } from "./stack-folder.ts";

export type HostPostgresArgs = {
  readonly stack: HostStack;
  /** The folder with bin/postgres. */
  readonly home: string;
  readonly port: number;
  /** An unprivileged user to run as; needed by root, as PostgreSQL refuses to run as root. */
  readonly user: string | undefined;
};

const database = "todo";
const admin = "postgres";

/** One PostgreSQL server with a role and a schema for each service that asks for it. */
export class HostPostgres extends pulumi.ComponentResource implements LocalPostgres {
  readonly adminUrl: pulumi.Output<string>;
  private readonly port: number;
  private readonly server: Process;

  constructor(name: string, args: HostPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Postgres", name, {}, opts);
    const { stack, home, port, user } = args;
    this.port = port;

    const password = new Password("postgres-admin", {}, { parent: this }).value;
    this.adminUrl = pulumi.secret(
      pulumi.interpolate`postgres://${admin}:${password}@127.0.0.1:${port}/${database}`,
    );
    const data = dataFolderFor(stack, "postgres", user !== undefined);
    const passwordFile = `${data}.password`;
    this.server = new Process(
      "postgres",
      {
        name: "postgres",
        stackFolder: stack.folder,
        cwd: home,
        command: [join(home, "bin", "postgres"), "-D", data, ...settings(port)],
        ...(user && { user }),
        files: { [passwordFile]: password },
        data: { folder: data, init: initialise(home, data, passwordFile) },
        ports: { postgres: port },
        ready: { tcp: port },
        // SIGINT ends the sessions of clients too; SIGTERM would wait for them.
        stop: { signal: "SIGINT", graceMs: 10_000 },
      },
      { parent: this },
    );
    this.registerOutputs();
  }

  accessFor(name: string): DatabaseAccess {
    return databaseAccess(
      name,
      {
        adminUrl: this.adminUrl,
        address: `127.0.0.1:${this.port}/${database}`,
        generation: this.server.dataId,
      },
      { parent: this, deletedWith: this.server, dependsOn: this.server },
    );
  }
}

const settings = (port: number): string[] =>
  Object.entries({
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 200,
    password_encryption: "scram-sha-256",
    log_timezone: "UTC",
    timezone: "UTC",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

/** The command that makes the data: the cluster, and in it the one database of the system. */
function initialise(home: string, data: string, passwordFile: string): string[] {
  const script = [
    `"$0/initdb" -D "$1" -U ${admin} --auth=scram-sha-256 --pwfile="$2" -E UTF8 --locale=C.UTF-8`,
    `echo 'create database ${database}' | "$0/postgres" --single -D "$1" postgres`,
  ].join(" && ");
  return ["/bin/sh", "-c", script, join(home, "bin"), data, passwordFile];
}
