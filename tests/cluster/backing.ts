import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kafkaLogging, kafkaProperties } from "#infra/host/kafka-properties.ts";
import { unprivilegedUser } from "#toolchain/unprivileged.ts";
import { listens } from "./control-plane.ts";
import { clone, plan } from "./plan.ts";
import type { Daemon } from "./processes.ts";
import { run } from "./shell.ts";

/** Who may do everything on the servers beside the cluster. */
export type Admin = { readonly username: string; readonly password: string };

const path = (...parts: string[]): string => join(plan.state, ...parts);
const mechanism = "SCRAM-SHA-512";
const jvm = ["-Xms384m", "-Xmx384m", "-XX:+UseSerialGC"];

/** A password that is made once and kept beside the data it guards. */
function passwordOf(name: string): string {
  const file = path(`${name}.password`);
  if (!existsSync(file)) {
    mkdirSync(plan.state, { recursive: true });
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

export const kafkaAdmin = (): Admin => ({ username: "admin", password: passwordOf("kafka") });
export const postgresAdmin = (): Admin => ({
  username: "postgres",
  password: passwordOf("postgres"),
});

/** A broker with SCRAM and access lists at the node's address: Kafka as a stack finds it by address. */
export function kafka(home: string, java: string): Daemon {
  const { username, password } = kafkaAdmin();
  const folder = path("kafka");
  const command = [
    java,
    ...jvm,
    `-Dlog4j2.configurationFile=${path("kafka-log.properties")}`,
    // Kafka asks for the names of addresses, and the machine's name server is not to be reached
    // from the cluster's network: each question would hold up a connection for half a minute.
    `-Djdk.net.hosts.file=${path("hosts")}`,
    "-cp",
    `${join(home, "libs")}/*`,
  ];
  writeFileSync(path("hosts"), `127.0.0.1 localhost\n${plan.nodeAddress} ${plan.nodeName}\n`);
  if (!existsSync(join(folder, "meta.properties"))) {
    const properties = kafkaProperties({
      host: plan.nodeAddress,
      port: plan.kafkaPort,
      controllerPort: plan.kafkaControllerPort,
      data: folder,
      adminName: username,
      adminPassword: password,
    });
    writeFileSync(path("kafka.properties"), properties, { mode: 0o600 });
    writeFileSync(path("kafka-log.properties"), kafkaLogging);
    const format = [
      ...["format", "--cluster-id", "dG9kby1ldm9sdXRpb24wMg"],
      ...["--config", path("kafka.properties")],
      ...["--add-scram", `${mechanism}=[name=${username},password=${password}]`],
    ];
    writeFileSync(path("kafka-format.args"), format.join("\n"), { mode: 0o600 });
    const [program = "", ...args] = command;
    run(program, [...args, "kafka.tools.StorageTool", `@${path("kafka-format.args")}`]);
  }
  return {
    name: "kafka",
    command: [...command, "kafka.Kafka", path("kafka.properties")],
    ready: () => listens(plan.kafkaPort),
  };
}

/** A PostgreSQL at the node's address. */
export function postgres(home: string): Daemon {
  const user = unprivilegedUser();
  const folder = path("postgres");
  const as = (...command: string[]): string[] => [
    ...(user ? ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"] : []),
    ...command,
  ];
  if (!existsSync(join(folder, "PG_VERSION"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const passwordFile = path("postgres.initial");
    writeFileSync(passwordFile, postgresAdmin().password, { mode: 0o600 });
    if (user) for (const it of [folder, passwordFile]) chownSync(it, user.uid, user.gid);
    const locale = ["-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"];
    const init = [`--pwfile=${passwordFile}`, "-D", folder, "-U", postgresAdmin().username];
    const [program = "", ...args] = as(join(home, "bin", "initdb"), ...init, ...locale);
    run(program, args);
    rmSync(passwordFile);
    const rules = readFileSync(join(folder, "pg_hba.conf"), "utf8");
    writeFileSync(join(folder, "pg_hba.conf"), `${rules}host all all 0.0.0.0/0 scram-sha-256\n`);
  }
  const settings = {
    listen_addresses: plan.nodeAddress,
    port: plan.postgresPort,
    unix_socket_directories: "",
    max_connections: 300,
  };
  return {
    name: "postgres",
    command: [
      ...as(join(home, "bin", "postgres"), "-D", folder),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ready: () => listens(plan.postgresPort),
  };
}

/** A mail server at the node's address that takes mail of everyone and shows what it has. */
export const mail = (): Daemon => ({
  name: "mail",
  command: [process.execPath, join(clone, "infra", "host", "mail-server", "main.ts")],
  env: {
    HOST: plan.nodeAddress,
    PORT: `${plan.mailPort}`,
    PAGE_PORT: `${plan.mailPagePort}`,
    FOLDER: path("mail"),
  },
  ready: async () => (await listens(plan.mailPort)) && (await listens(plan.mailPagePort)),
});
