import { once } from "node:events";
import { connect } from "node:net";
import { withDatabase } from "#apps/provision/database-role.ts";
import { hasKafkaError, withKafka } from "#apps/provision/kafka-admin.ts";
import { type Patience, reasonOf } from "#apps/provision/retry.ts";
import {
  adminUrlOf,
  type PostgresAccount,
  type RedisAccount,
  redisUrlOf,
} from "../external/urls.ts";
import { withRedis } from "./redis-client.ts";

/** Servers that somebody else runs, as the configuration names them. */
export type ExternalAddresses = {
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly username: string;
    readonly password: string;
  };
  readonly postgres: PostgresAccount;
  readonly redis: RedisAccount;
  readonly mail: { readonly host: string; readonly port: number };
  /** Absent where there is no tracing. */
  readonly zipkin: string | undefined;
};

/** What a server says of itself, by which another one at its address is told from it. */
export type ExternalIds = {
  readonly kafka: { readonly clusterId: string; readonly version: string };
  readonly systemId: string;
};

/** Why a server cannot be used, in its own words, and the key of the configuration that names it. */
export class Unusable extends Error {
  readonly key: string;

  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}

// Who refuses a connection is asked again for so long; who takes it may be slow to speak.
const patienceMs = 3_000;
const answerMs = 10_000;

/**
 * Asks each server whether it can be used as the configuration says, as the administrator where
 * there is one, and changes nothing in it. Resolves to all that cannot, or to who they are.
 */
export async function probe(addresses: ExternalAddresses): Promise<ExternalIds | Unusable[]> {
  const patience = { signal: AbortSignal.timeout(10 * patienceMs), timeoutMs: patienceMs };
  const [kafka, systemId, ...rest] = await Promise.all([
    asked("kafka", () => askKafka(addresses.kafka, patience)),
    asked("postgres", () => askPostgres(adminUrlOf(addresses.postgres), patience)),
    asked("redis", () => withRedis(redisUrlOf(addresses.redis), patience, (it) => it.ping())),
    asked("mail", () => askMail(addresses.mail)),
    asked("zipkin", () => askZipkin(addresses.zipkin)),
  ]);
  if (kafka instanceof Unusable || systemId instanceof Unusable || rest.some(isUnusable)) {
    return [kafka, systemId, ...rest].filter(isUnusable);
  }
  return { kafka, systemId };
}

const isUnusable = (answer: unknown): answer is Unusable => answer instanceof Unusable;

/** The id of the cluster and what it speaks, where users can be kept apart. */
const askKafka = (
  { brokers, username, password }: ExternalAddresses["kafka"],
  patience: Patience,
): Promise<ExternalIds["kafka"]> =>
  withKafka(
    { brokers, sasl: { mechanism: "SCRAM-SHA-512", username, password } },
    patience,
    async (admin) => {
      try {
        await admin.describeAcls({ filter: everyAcl });
      } catch (error) {
        if (!hasKafkaError(error, "SECURITY_DISABLED")) throw error;
        throw new Error(
          "it has no access lists, and each service has a user with rights of its own",
        );
      }
      const { id } = await admin.metadata({ topics: [], forceUpdate: true });
      return { clusterId: id, version: versionOf(await admin.listApis()) };
    },
  );

/**
 * The protocol version that the sidecar's client is told, which does not ask by itself: Kafka's
 * newest that it knows where the broker has the requests of that, and else one that all have;
 * Redpanda lacks some of the newer ones.
 */
export const versionOf = (
  apis: readonly { readonly apiKey: number; readonly maxVersion: number }[],
): string =>
  apis.some(({ apiKey, maxVersion }) => apiKey === fetchKey && maxVersion >= fetchOf39)
    ? "3.9.0"
    : "2.0.0";

// The number of the request that reads records, and its version that came with Kafka 3.9.
const fetchKey = 1;
const fetchOf39 = 17;

// 1 is "any" in Kafka's protocol.
const everyAcl = {
  resourceType: 1,
  resourceName: null,
  resourcePatternType: 1,
  principal: null,
  host: null,
  operation: 1,
  permissionType: 1,
} as const;

/** What a server was born with, and its data made anew has otherwise. */
const askPostgres = (adminUrl: string, patience: Patience): Promise<string> =>
  withDatabase({ adminUrl }, patience, async (sql) => {
    const [row] = await sql`select oid::text from pg_database where datname = current_database()`;
    const [may] = await sql`
      select rolsuper or rolcreaterole as make from pg_roles where rolname = current_user`;
    if (!may?.make) throw new Error("its user may not make roles: name an administrator");
    try {
      const [system] = await sql`select system_identifier::text as id from pg_control_system()`;
      return `${system?.id}/${row?.oid}`;
    } catch {
      // Only a superuser may ask; a database that is made anew has another number at least.
      return `${row?.oid}`;
    }
  });

async function askMail({ host, port }: ExternalAddresses["mail"]): Promise<void> {
  const socket = connect({ host, port, timeout: answerMs });
  try {
    socket.on("timeout", () => socket.destroy(new Error(`no word within ${answerMs / 1_000} s`)));
    const [greeting] = await once(socket, "data");
    if (!String(greeting).startsWith("220")) {
      throw new Error(
        `it greets with ${JSON.stringify(String(greeting).slice(0, 60))}, not as SMTP`,
      );
    }
  } catch (error) {
    throw new Error(`Mail at ${host}:${port}: ${reasonOf(error)}`);
  } finally {
    socket.destroy();
  }
}

async function askZipkin(url: string | undefined): Promise<void> {
  if (url === undefined) return;
  try {
    const signal = AbortSignal.timeout(answerMs);
    const { status } = await fetch(new URL("/health", url), { signal });
    if (status !== 200) throw new Error(`/health answers ${status}`);
  } catch (error) {
    throw new Error(`Zipkin at ${url}: ${reasonOf(error)}`);
  }
}

async function asked<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer | Unusable> {
  try {
    return await ask();
  } catch (error) {
    return new Unusable(key, (error as Error).message);
  }
}
