import { createReporter } from "./reporter.ts";
import type { Context } from "./resource.ts";
import { serve } from "./serve.ts";
import { type AnyResourceType, createHandlers } from "./server.ts";

// What a resource needs, as the clients of Kafka and Postgres, is loaded when it is first used.
const types: Readonly<Record<string, () => Promise<AnyResourceType>>> = {
  "host:index:Process": async () => (await import("./process.ts")).processType,
  "host:index:Job": async () => (await import("./job.ts")).jobType,
  "host:index:Password": async () => (await import("./password.ts")).passwordType,
  "host:index:DatabaseRole": async () => (await import("./database-role.ts")).databaseRoleType,
  "host:index:KafkaTopic": async () => (await import("./kafka-topic.ts")).kafkaTopicType,
  "host:index:KafkaUser": async () => (await import("./kafka-user.ts")).kafkaUserType,
  "host:index:RedisKeys": async () => (await import("./redis-keys.ts")).redisKeysType,
};

async function load(token: string): Promise<AnyResourceType> {
  const type = types[token];
  if (!type) throw new Error(`The provider "host" has no resource ${token}.`);
  return type();
}

const interrupted = new AbortController();
const report = createReporter();
const contextFor = (urn: string): Context => ({
  signal: interrupted.signal,
  report: (kind, message) => report(urn, kind, message),
});

serve(createHandlers({ load, contextFor, cancel: () => interrupted.abort() }));
