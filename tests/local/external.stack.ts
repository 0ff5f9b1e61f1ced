import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import connect from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withKafka } from "#apps/provision/kafka-admin.ts";
import { ensureTopic } from "#apps/provision/kafka-topic.ts";
import { withRedis } from "#infra/host/provider/redis-client.ts";
import { createClone, createdAndListed, expectDone, outputsOf, startedIn } from "./clone.ts";
import { startServers } from "./servers.ts";

const clone = createClone(27_000);
const ports = {
  kafka: 27_401,
  kafkaController: 27_402,
  postgres: 27_403,
  redis: 27_404,
  zipkin: 27_405,
  mail: 27_406,
  mailPage: 27_407,
};
const addresses = {
  "kafka.brokers[0]": `127.0.0.1:${ports.kafka}`,
  "postgres.port": ports.postgres,
  "redis.port": ports.redis,
  zipkin: `http://127.0.0.1:${ports.zipkin}`,
  "mail.port": ports.mail,
  "mail.page": `http://127.0.0.1:${ports.mailPage}`,
};

let servers: Awaited<ReturnType<typeof startServers>> | undefined;
afterAll(async () => {
  clone.npm(["down", "--", "--forget"]);
  clone.remove();
  await servers?.stop();
});

const set = (key: string, value: string | number) => {
  const outcome = clone.npm(["pulumi", "--", "config", "set", "--path", key, String(value)]);
  expectDone(outcome);
};
const passwordsOf = () => {
  const file = parseEnv(readFileSync(join(clone.folder, ".env"), "utf8"));
  const { KAFKA_PASSWORD = "", POSTGRES_PASSWORD = "", REDIS_PASSWORD = "" } = file;
  return { kafka: KAFKA_PASSWORD, postgres: POSTGRES_PASSWORD, redis: REDIS_PASSWORD };
};
const patience = { signal: AbortSignal.timeout(600_000), timeoutMs: 10_000 };
const redisUrl = () => `redis://default:${passwordsOf().redis}@127.0.0.1:${ports.redis}`;
const askKafka = <Result>(work: Parameters<typeof withKafka<Result>>[2]) => {
  const sasl = { mechanism: "SCRAM-SHA-512", username: "admin", password: passwordsOf().kafka };
  const brokers = [`127.0.0.1:${ports.kafka}`];
  return withKafka({ brokers, sasl: sasl as never }, patience, work);
};
const askPostgres = async <Result>(work: (sql: connect.Sql) => Promise<Result>) => {
  const url = `postgres://postgres:${passwordsOf().postgres}@127.0.0.1:${ports.postgres}/todo`;
  const sql = connect(url, { max: 1, onnotice: () => {} });
  return work(sql).finally(() => sql.end());
};

beforeAll(() => {
  const compose = clone.npm(["compose"]);
  expectDone(compose);
  // Nothing that somebody could commit.
  expect(clone.git("status", "--porcelain")).toBe("");
  for (const [key, value] of Object.entries(addresses)) set(`external.${key}`, value);
});

test("passwords are in a file that git ignores, and nowhere else", () => {
  expect(clone.git("status", "--porcelain")).not.toContain(".env");
  const configuration = readFileSync(join(clone.folder, "Pulumi.local.yaml"), "utf8");
  for (const password of Object.values(passwordsOf())) {
    expect(password).toHaveLength(32);
    expect(configuration).not.toContain(password);
    expect(configuration).not.toContain("secure:");
  }
});

test("servers that are not there are named, each with its key, before anything is made", () => {
  const refused = clone.npm(["start"]);
  expect(refused.code).not.toBe(0);
  for (const [server, key] of [
    [`Kafka at 127.0.0.1:${ports.kafka}`, "kafka"],
    [`PostgreSQL at 127.0.0.1:${ports.postgres}`, "postgres"],
    [`Redis at 127.0.0.1:${ports.redis}`, "redis"],
    [`Mail at 127.0.0.1:${ports.mail}`, "mail"],
    [`Zipkin at http://127.0.0.1:${ports.zipkin}`, "zipkin"],
  ]) {
    expect(refused.output).toContain(server);
    expect(refused.output).toContain(`(configuration key external.${key})`);
  }
  expect(refused.output).toContain("docker compose up --wait");
  expect(refused.output).not.toContain("host:index:");
  expect(clone.processes()).toEqual([]);
});

describe("with servers that somebody else runs", () => {
  beforeAll(async () => {
    servers = await startServers(ports, passwordsOf());
    const theirs = { name: "theirs", partitions: 1, replicas: 1, config: {} };
    await askKafka((admin) => ensureTopic(admin, theirs));
    await askPostgres((sql) => sql`create schema theirs`);
    await withRedis(redisUrl(), patience, (client) => client.set("theirs", "1"));
  });

  test("a password that is wrong is named, without itself", () => {
    const configured = ["pulumi", "--", "config", "set", "--secret", "--path"];
    clone.npm([...configured, "external.redis.password", "wrong-canary"]);
    const refused = clone.npm(["start"]);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("WRONGPASS");
    expect(refused.output).toContain("external.redis");
    expect(refused.output).not.toContain("canary");
    clone.npm([...configured, "external.redis.password", passwordsOf().redis]);
  });

  test("the stack comes up on them, runs none of its own, and works", async () => {
    const up = clone.npm(["start"]);
    expectDone(up);
    const names = Object.keys(clone.pids());
    expect(names).toContain("backend");
    for (const own of ["kafka", "postgres", "redis", "zipkin", "mail"]) {
      expect(names).not.toContain(own);
    }
    const outputs = outputsOf(clone);
    expect(outputs).toMatchObject({
      kafka: { brokers: [`127.0.0.1:${ports.kafka}`] },
      redis: `127.0.0.1:${ports.redis}`,
      zipkin: `http://127.0.0.1:${ports.zipkin}/zipkin/`,
      mail: addresses["mail.page"],
    });
    await createdAndListed(outputs.baseUrl);
    const again = clone.npm(["start"]);
    expect(again.output).toContain("Nothing changed");
  });

  test("down takes what is ours from them, and leaves them and what is others'", async () => {
    const theirs = () => startedIn(servers?.folder ?? "");
    const before = theirs();
    expect(before).toHaveLength(5);
    const down = clone.npm(["down"]);
    expectDone(down);
    expect(clone.processes()).toEqual([]);
    expect(theirs()).toEqual(before);
    const topics = await askKafka((admin) => admin.listTopics({ includeInternals: false }));
    expect(topics).toEqual(["theirs"]);
    const schemas = await askPostgres(
      (sql) => sql`
        select nspname from pg_namespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`,
    );
    expect(schemas.map(({ nspname }) => nspname)).toEqual(["theirs"]);
    const roles = await askPostgres(
      (sql) => sql`select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'`,
    );
    expect(roles).toHaveLength(0);
    const keys = await withRedis(redisUrl(), patience, (client) => client.keys("*"));
    expect(keys).toEqual(["theirs"]);
  });

  test("a stack whose servers are gone for good is taken down without them", async () => {
    const up = clone.npm(["start"]);
    expectDone(up);
    await servers?.stop();
    servers = undefined;
    const down = clone.npm(["down", "--", "--forget"]);
    expectDone(down);
    expect(clone.processes()).toEqual([]);
    expect(existsSync(join(clone.folder, ".local"))).toBe(false);
  });
});
