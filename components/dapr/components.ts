import { dapr, type ScheduleName, scheduleRoute, schedules } from "#apps/contracts/dapr.ts";
import type { AppId } from "#apps/contracts/services.ts";
import {
  appIds,
  contractOf,
  deadLettersOf,
  subscriptionsOf,
  usersOf,
} from "#apps/contracts/services.ts";
import type { DaprFacts, StatePostgres } from "./facts.ts";
import { defaultDaprTuning, kafkaUserEnv } from "./facts.ts";
import type { Manifest, MetadataValue } from "./manifest.ts";
import { metadataOf } from "./manifest.ts";

/** Large enough for any event of ours many times over; brokers must allow it too. */
export const largestMessageBytes = 1024 * 1024;
/** A dead letter is the record and what is said of it. */
export const largestDeadLetterBytes = 2 * largestMessageBytes;

/** The component's words for the mechanisms; the broker's PLAIN is its PLAINTEXT. */
const saslMechanism = {
  "SCRAM-SHA-512": "SHA-512",
  "SCRAM-SHA-256": "SHA-256",
  PLAIN: "PLAINTEXT",
} as const;

/** All components of the system, each scoped to the services that declare its use. */
export const componentsOf = (facts: DaprFacts): Manifest[] =>
  [
    pubsub(facts),
    stateStore(facts),
    ...secretStores(facts),
    ...mail(facts),
    ...cronBindings(facts),
  ].filter((manifest) => manifest.scopes && manifest.scopes.length > 0);

/** What a service may publish: its topics, and the dead letters of its subscriptions. */
export const publishableBy = (appId: AppId): string[] => [
  ...contractOf(appId).publishes,
  ...deadLettersOf(appId),
];

const usesPubsub = (appId: AppId): boolean =>
  publishableBy(appId).length > 0 || subscriptionsOf(contractOf(appId)).length > 0;

function pubsub(facts: DaprFacts): Manifest {
  const scopes = appIds.filter(usesPubsub);
  // An app that a scope list does not name may do anything, so every app is named in both.
  const scopeList = (topicsOf: (appId: AppId) => readonly string[]): string =>
    appIds.map((appId) => `${appId}=${topicsOf(appId).join(",")}`).join(";");
  const { tls } = facts.kafka;
  const tuning = { ...defaultDaprTuning, ...facts.tuning };
  return component(facts, dapr.pubsub, "pubsub.kafka", scopes, {
    brokers: facts.kafka.brokers,
    version: facts.kafka.version,
    authType: "password",
    saslMechanism: saslMechanism[facts.kafka.mechanism],
    saslUsername: { env: kafkaUserEnv.username },
    saslPassword: { env: kafkaUserEnv.password },
    disableTls: String(!tls),
    ...(tls && tls !== "public" && { caCert: tls.caCertificate }),
    // No consumerGroup: the default, the app-id, gives each service its own copy of the stream.
    initialOffset: "oldest",
    maxMessageBytes: String(facts.kafka.largestRecordBytes ?? largestDeadLetterBytes),
    // Without it a record whose delivery failed would be passed over.
    consumeRetryEnabled: "true",
    backOffDuration: "1s",
    // A killed sidecar's partitions go to the next one when its session has ended.
    sessionTimeout: "6s",
    heartbeatInterval: "2s",
    clientConnectionTopicMetadataRefreshInterval: "30s",
    consumerFetchDefault: String(tuning.fetchDefaultBytes),
    channelBufferSize: String(tuning.channelBufferSize),
    // Key and headers of a record reach the app as HTTP headers: any bytes must be able to.
    escapeHeaders: "true",
    // Words of the sidecar's API are no headers of a record, and some names none of HTTP.
    excludeHeaderMetaRegex: "^(rawPayload|partitionKey)$|[^A-Za-z0-9_-]",
    publishingScopes: scopeList(publishableBy),
    subscriptionScopes: scopeList((appId) =>
      subscriptionsOf(contractOf(appId)).map(([topic]) => topic),
    ),
    allowedTopics: [...new Set(appIds.flatMap(topicsTouchedBy))].join(","),
  });
}

const topicsTouchedBy = (appId: AppId): string[] => [
  ...publishableBy(appId),
  ...subscriptionsOf(contractOf(appId)).map(([topic]) => topic),
];

function stateStore(facts: DaprFacts): Manifest {
  const scopes = appIds.filter((appId) => contractOf(appId).state);
  const tuning = { ...defaultDaprTuning, ...facts.tuning };
  if (facts.statePostgres) return postgresState(facts, facts.statePostgres, scopes);
  return component(facts, dapr.stateStore, "state.redis", scopes, {
    redisHost: facts.redis.address,
    redisUsername: facts.redis.username,
    redisPassword: facts.redis.password,
    enableTLS: String(facts.redis.tls),
    // Keys are shared by the replicas of a service and by nobody else.
    keyPrefix: "appid",
    redisMaxRetries: "1",
    poolSize: String(tuning.redisPoolSize),
    dialTimeout: `${tuning.redisDialTimeoutMs}ms`,
    readTimeout: `${tuning.redisReadTimeoutMs}ms`,
    writeTimeout: `${tuning.redisWriteTimeoutMs}ms`,
  });
}

/** Its tables are made by the sidecars, in the schema of their role. */
function postgresState(
  facts: DaprFacts,
  { url }: StatePostgres,
  scopes: readonly AppId[],
): Manifest {
  const metadata = {
    connectionString: url,
    keyPrefix: "appid",
    // The least that it takes: who reads a cache would rather ask for the thing itself.
    timeout: "1s",
  };
  return component(facts, dapr.stateStore, "state.postgresql", scopes, metadata, "v2");
}

function secretStores(facts: DaprFacts): Manifest[] {
  if (facts.secretStore === "kubernetes") return [];
  const { type, metadata } = facts.secretStore;
  return [component(facts, dapr.secretStore, type, [...appIds], metadata)];
}

/** Mail by SMTP: encrypted from the start on port 465, elsewhere as soon as the server offers it. */
function mail(facts: DaprFacts): Manifest[] {
  const scopes = usersOf("mail");
  if (scopes.length === 0) return [];
  if (!facts.mail) throw new Error(`${scopes.join(", ")} sends mail, and no server was named`);
  const { host, port, from, account, verified } = facts.mail;
  return [
    component(facts, "mail", "bindings.smtp", scopes, {
      host,
      port: String(port),
      emailFrom: from,
      ...(account && { user: account.username, password: account.password }),
      skipTLSVerify: String(!verified),
      // The other way would be tried too, and mail is only sent.
      direction: "output",
    }),
  ];
}

/** A cron binding for each schedule, called on every replica of the services that declare it. */
const cronBindings = (facts: DaprFacts): Manifest[] =>
  (Object.keys(schedules) as ScheduleName[]).map((name) =>
    component(
      facts,
      name,
      "bindings.cron",
      appIds.filter((appId) => contractOf(appId).schedules?.includes(name)),
      {
        schedule: `@every ${schedules[name].everySeconds}s`,
        route: scheduleRoute(name),
        // Without it the sidecar first asks the service whether it listens, which may not be up.
        direction: "input",
      },
    ),
  );

function component(
  facts: DaprFacts,
  name: string,
  type: string,
  scopes: readonly string[],
  metadata: Readonly<Record<string, MetadataValue>>,
  version = "v1",
): Manifest {
  return {
    apiVersion: "dapr.io/v1alpha1",
    kind: "Component",
    metadata: { name, namespace: facts.namespace },
    spec: {
      type,
      version,
      // The sidecar waits this long for what is below to come up before it gives up.
      initTimeout: "60s",
      metadata: metadataOf(metadata),
    },
    auth: { secretStore: facts.secretStore === "kubernetes" ? "kubernetes" : dapr.secretStore },
    scopes,
  };
}
