import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { kafkaLogging, kafkaProperties } from "#infra/host/kafka-properties.ts";
import { ownServers } from "#infra/host/programs.ts";
import { processType } from "#infra/host/provider/process.ts";
import type { ProcessInputs } from "#infra/host/provider/process-inputs.ts";
import { createTemporaryStack } from "#infra/host/testing/temporary-stack.ts";
import { findPrograms } from "#toolchain/find.ts";
import { unprivilegedUser } from "#toolchain/unprivileged.ts";
import { repositoryFolder } from "../e2e/stack.ts";

export type ServerPorts = Readonly<
  Record<
    "kafka" | "kafkaController" | "postgres" | "redis" | "zipkin" | "mail" | "mailPage",
    number
  >
>;
export type ServerPasswords = Readonly<Record<"kafka" | "postgres" | "redis", string>>;

/**
 * The servers that compose.yaml has, as processes of this machine that no stack knows of: a broker
 * with a user `admin`, PostgreSQL with a database `todo`, Redis with its default user, Zipkin, and a
 * mail server that takes all.
 */
export async function startServers(ports: ServerPorts, passwords: ServerPasswords) {
  const stack = createTemporaryStack();
  mkdirSync(stack.folder);
  // PostgreSQL's own user has to get to its data inside.
  for (const folder of [dirname(stack.folder), stack.folder]) chmodSync(folder, 0o755);
  const programs = await findPrograms(ownServers);
  const common = { folder: stack.folder, ports, passwords };
  const all = [
    kafka({ ...common, home: programs.kafka.path, java: programs.java.path }),
    postgres({ ...common, home: programs.postgres.path }),
    redis({ ...common, server: programs["redis-server"].path }),
    zipkin({ ...common, jar: programs.zipkin.path, java: programs.java.path }),
    mail(common),
  ];
  await Promise.all(all.map((inputs) => processType.create(inputs, stack.context)));
  return { folder: stack.folder, stop: stack.remove };
}

type Common = {
  readonly folder: string;
  readonly ports: ServerPorts;
  readonly passwords: ServerPasswords;
};

function kafka(args: Common & { home: string; java: string }): ProcessInputs {
  const { folder, ports, passwords, home, java } = args;
  const file = (name: string) => join(folder, "kafka", name);
  const data = join(folder, "data", "kafka");
  const run = [
    ...[java, "-Xmx256m", `-Dlog4j2.configurationFile=${file("log4j2.properties")}`],
    ...["-cp", `${join(home, "libs")}/*`],
  ];
  const admin = { adminName: "admin", adminPassword: passwords.kafka };
  const addresses = { port: ports.kafka, controllerPort: ports.kafkaController };
  return {
    ...inputsOf(folder, "kafka", [...run, "kafka.Kafka", file("server.properties")]),
    files: {
      [file("log4j2.properties")]: kafkaLogging,
      [file("server.properties")]: kafkaProperties({ ...addresses, data, ...admin }),
      [file("format.args")]: [
        ...["format", "--cluster-id", "c29tZWJvZHktZWxzZXMwMQ"],
        ...["--config", file("server.properties")],
        ...["--add-scram", `SCRAM-SHA-512=[name=admin,password=${passwords.kafka}]`],
      ].join("\n"),
    },
    data: { folder: data, init: [...run, "kafka.tools.StorageTool", `@${file("format.args")}`] },
    ready: { tcp: ports.kafka, timeoutMs: 90_000 },
  };
}

function postgres({ folder, ports, passwords, home }: Common & { home: string }): ProcessInputs {
  const user = unprivilegedUser()?.name;
  const data = join(folder, "data", "postgres");
  const passwordFile = `${data}.password`;
  const bin = join(home, "bin");
  const script =
    '"$0/initdb" -D "$1" -U postgres --auth=scram-sha-256 --pwfile="$2" -E UTF8 --locale=C.UTF-8 && ' +
    `echo 'create database todo' | "$0/postgres" --single -D "$1" postgres`;
  const settings = [
    ...["-c", "listen_addresses=127.0.0.1", "-c", `port=${ports.postgres}`],
    ...["-c", "unix_socket_directories=", "-c", "max_connections=200"],
  ];
  return {
    ...inputsOf(folder, "postgres", [join(bin, "postgres"), "-D", data, ...settings]),
    cwd: home,
    ...(user && { user }),
    files: { [passwordFile]: passwords.postgres },
    data: { folder: data, init: ["/bin/sh", "-c", script, bin, data, passwordFile] },
    ready: { tcp: ports.postgres },
    stop: { signal: "SIGINT" },
  };
}

function redis({ folder, ports, passwords, server }: Common & { server: string }): ProcessInputs {
  const file = join(folder, "redis.conf");
  const settings = [
    ...["bind 127.0.0.1", `port ${ports.redis}`, `dir ${join(folder, "data", "redis")}`],
    // A title of its own overwrites the environment by which the process is known.
    ...["set-proc-title no", `requirepass ${passwords.redis}`, ""],
  ];
  return {
    ...inputsOf(folder, "redis", [server, file]),
    files: { [file]: settings.join("\n") },
    data: { folder: join(folder, "data", "redis") },
    ready: { tcp: ports.redis },
  };
}

function zipkin({
  folder,
  ports,
  jar,
  java,
}: Common & { jar: string; java: string }): ProcessInputs {
  const address = [`-Darmeria.ports[0].ip=127.0.0.1`, `-Darmeria.ports[0].port=${ports.zipkin}`];
  const command = [java, "-Xmx96m", ...address, "-Darmeria.ports[0].protocols[0]=http"];
  return {
    ...inputsOf(folder, "zipkin", [...command, "-jar", jar]),
    env: { STORAGE_TYPE: "mem" },
    ready: { http: `http://127.0.0.1:${ports.zipkin}/health` },
  };
}

function mail({ folder, ports }: Common): ProcessInputs {
  return {
    ...inputsOf(folder, "mail", [process.execPath, "infra/host/mail-server/main.ts"]),
    cwd: repositoryFolder,
    env: {
      PORT: `${ports.mail}`,
      PAGE_PORT: `${ports.mailPage}`,
      FOLDER: join(folder, "data", "mail"),
    },
    data: { folder: join(folder, "data", "mail") },
    ready: { tcp: ports.mail },
  };
}

const inputsOf = (
  stackFolder: string,
  name: string,
  command: readonly string[],
): ProcessInputs => ({
  name,
  stackFolder,
  command,
  cwd: stackFolder,
  incarnation: "1",
});
