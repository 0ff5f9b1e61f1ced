import * as pulumi from "@pulumi/pulumi";
import type { LocalPostgres } from "#infra/host/database-access.ts";
import { HostExternalKafka } from "#infra/host/external/kafka.ts";
import { HostExternalPostgres } from "#infra/host/external/postgres.ts";
import { HostExternalRedis } from "#infra/host/external/redis.ts";
import { HostKafka } from "#infra/host/kafka.ts";
import type { LocalKafka } from "#infra/host/kafka-contents.ts";
import { HostMail, type LocalMail, mailFrom } from "#infra/host/mail.ts";
import type { PortPlan } from "#infra/host/port-plan.ts";
import { HostPostgres } from "#infra/host/postgres.ts";
import { ownServers } from "#infra/host/programs.ts";
import { HostRedis, type LocalRedis } from "#infra/host/redis.ts";
import type { HostStack } from "#infra/host/stack-folder.ts";
import { HostZipkin, type LocalZipkin, zipkinAt } from "#infra/host/zipkin.ts";
import { findPrograms } from "#toolchain/find.ts";
import { unprivilegedUser } from "#toolchain/unprivileged.ts";
import type { LocalConfig } from "./config.ts";
import type { ExternalServices } from "./external-services.ts";

/** What the services of the local stack stand on, apart from Dapr. */
export type LocalServices = {
  readonly kafka: LocalKafka;
  readonly postgres: LocalPostgres;
  readonly redis: LocalRedis;
  readonly mail: LocalMail;
  readonly zipkin: LocalZipkin | undefined;
};

/** Servers of the stack's own, or those that the configuration names. */
export const localServices = (
  stack: HostStack,
  ports: PortPlan,
  config: LocalConfig,
): Promise<LocalServices> =>
  config.services === "external" && config.external
    ? externalServices(config.external, config.tracing)
    : ownServices(stack, ports, config.tracing);

type Tracing = LocalConfig["tracing"];

/** Runs every server as a process of this machine. */
async function ownServices(
  stack: HostStack,
  ports: PortPlan,
  tracing: Tracing,
): Promise<LocalServices> {
  const programs = await findPrograms(ownServers);
  const java = programs.java.path;
  return {
    postgres: new HostPostgres("postgres", {
      stack,
      home: programs.postgres.path,
      port: ports.postgres,
      user: unprivilegedUser()?.name,
    }),
    redis: new HostRedis("redis", {
      stack,
      server: programs["redis-server"].path,
      port: ports.redis,
    }),
    kafka: new HostKafka("kafka", {
      stack,
      home: programs.kafka.path,
      java,
      port: ports.kafka,
      controllerPort: ports.kafkaController,
      size: "dev",
    }),
    mail: new HostMail("mail", { stack, port: ports.mail, pagePort: ports.mailPage }),
    zipkin:
      tracing === "zipkin"
        ? new HostZipkin("zipkin", { stack, jar: programs.zipkin.path, java, port: ports.zipkin })
        : undefined,
  };
}

/**
 * Uses the servers that are there, which are asked first.
 * @throws RunError that names each one that cannot be used, before anything is made
 */
async function externalServices(
  { kafka, postgres, redis, mail, zipkin }: ExternalServices,
  tracing: Tracing,
): Promise<LocalServices> {
  // Only here: its clients take time to load.
  const { probe } = await import("#infra/host/provider/probe.ts");
  const page = tracing === "zipkin" ? zipkin : undefined;
  const answers = await probe({ kafka, postgres, redis, mail, zipkin: page });
  if (Array.isArray(answers)) {
    throw new pulumi.RunError(
      [
        ...answers.map(({ key, message }) => `${message} (configuration key external.${key})`),
        "Start it, as by docker compose up --wait, or set its address: npm run pulumi -- config set " +
          "--path external.…; or go back to servers of the stack's own: npm run compose -- --own",
      ].join("\n"),
    );
  }
  return {
    kafka: new HostExternalKafka("kafka", { ...kafka, ...answers.kafka }),
    postgres: new HostExternalPostgres("postgres", { ...postgres, systemId: answers.systemId }),
    redis: new HostExternalRedis("redis", redis),
    mail: externalMail(mail),
    zipkin: page === undefined ? undefined : zipkinAt(page),
  };
}

const externalMail = ({
  host,
  port,
  username,
  password,
  page,
}: ExternalServices["mail"]): LocalMail => ({
  server: {
    host,
    port,
    from: mailFrom,
    account:
      username === undefined
        ? undefined
        : { username, password: { secret: { name: "mail", key: "password" } } },
    verified: true,
  },
  password: password === undefined ? undefined : pulumi.secret(password),
  url: page,
  ready: [],
});
