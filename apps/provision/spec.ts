import { z } from "zod";

const text = z.string().min(1);

/** How the connection is encrypted: by a public authority, by the one in `ca.crt`, or not at all. */
const tls = z.enum(["public", "own", "off"]);

/** What `provision kafka` is to bring about. */
export const kafkaSpec = z.strictObject({
  /** `host:port`, any of the brokers. */
  brokers: z.array(text).min(1),
  mechanism: z.enum(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]),
  tls,
  topics: z.array(
    z.strictObject({
      name: text,
      partitions: z.int().min(1),
      /** -1 leaves it to the brokers. */
      replicas: z.int().min(-1),
      config: z.record(text, z.string()),
    }),
  ),
  users: z.array(
    z.strictObject({
      name: text,
      grants: z.array(
        z.strictObject({
          resourceType: z.enum(["topic", "group", "cluster"]),
          name: text,
          operations: z.array(z.enum(["Read", "Write", "Describe", "DescribeConfigs"])),
        }),
      ),
    }),
  ),
});

/** What `provision postgres` is to bring about: the database, and in it a role and schema each. */
export const postgresSpec = z.strictObject({
  host: text,
  port: z.int().min(1).max(65_535),
  database: text,
  tls,
  roles: z.array(text),
});

export type KafkaSpec = z.infer<typeof kafkaSpec>;
export type PostgresSpec = z.infer<typeof postgresSpec>;
