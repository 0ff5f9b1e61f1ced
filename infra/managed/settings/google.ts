import { z } from "zod";

/**
 * Google Managed Service for Apache Kafka. The default, three processors with 12 GiB over three
 * zones, is about 270 € a month in europe-west1 with 100 GiB of records.
 * Source of the sizes: https://cloud.google.com/managed-service-for-apache-kafka/docs/plan-cluster-size
 */
export const googleManagedKafka = z
  .strictObject({
    engine: z.literal("google-managed-kafka"),
    /** Of the whole cluster; Google makes a broker in each of three zones at least. */
    processors: z.int().min(3, "must be 3 at least: one in each of three zones").default(3),
    memoryGb: z.int().min(3).default(12),
    /** People and accounts that may redrive, discard and replay, as `ops@example.com`. */
    operators: z.array(z.email()).default([]),
  })
  .refine(({ processors, memoryGb }) => memoryGb >= processors && memoryGb <= 8 * processors, {
    path: ["memoryGb"],
    message: "must be 1 to 8 for each of the processors",
  });

export type GoogleManagedKafkaConfig = z.infer<typeof googleManagedKafka>;

/**
 * Cloud SQL for PostgreSQL. The default, two processors with a copy in another zone and 100 GiB, is
 * about 260 € a month in europe-west1.
 */
export const cloudSql = z.strictObject({
  engine: z.literal("cloud-sql"),
  version: z.enum(["15", "16", "17"]).default("17"),
  machine: z
    .string()
    .regex(/^db-custom-\d+-\d+$/, "must be of the edition Enterprise, as db-custom-2-7680")
    .default("db-custom-2-7680"),
  /** At first; it grows by itself. */
  storageGb: z.int().min(10).max(65_536).default(100),
  /** Daily backups that are kept. */
  backups: z.int().min(7).max(365).default(35),
  /**
   * Days to any point of which it can be set back; more than seven are of Enterprise Plus.
   * Source: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr
   */
  recoveryDays: z.int().min(1).max(7).default(7),
  /** A second server in another zone that takes over; by default in prod. */
  standby: z.boolean().optional(),
  database: z.string().default("todo"),
});

export type CloudSqlConfig = z.infer<typeof cloudSql>;

/** Memorystore for Redis. The default with its copy, 2 GB, is about 95 € a month in europe-west1. */
export const memorystore = z.strictObject({
  engine: z.literal("memorystore"),
  memoryGb: z.int().min(1).max(300).default(2),
});

export type MemorystoreConfig = z.infer<typeof memorystore>;

/** Secret Manager, about 1 € a month for ten secrets. */
export const secretManager = z.strictObject({ store: z.literal("secret-manager") });

/** A bucket of Cloud Storage in three zones, about 2 € a month for 100 GB. */
export const cloudStorage = z.strictObject({ store: z.literal("cloud-storage") });
