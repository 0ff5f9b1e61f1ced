import { z } from "zod";

/**
 * OCI Streaming with its Kafka endpoint, about 0.025 € for each GB that goes in or out, and no less
 * than 10 GB an hour for 50 partitions: about 360 € a month for our 63.
 */
export const ociStreaming = z.strictObject({
  engine: z.literal("oci-streaming"),
  /** How many partitions Oracle lets the tenancy have: 200, or 50 where one pays as one goes. */
  partitions: z.int().min(1).default(200),
});

export type OciStreamingConfig = z.infer<typeof ociStreaming>;

/** OCI Database with PostgreSQL. The default, two nodes of 2 OCPUs, is about 400 € a month. */
export const ociPostgresql = z.strictObject({
  engine: z.literal("oci-postgresql"),
  version: z.enum(["14", "15", "16"]).default("16"),
  ocpus: z.int().min(1).max(64).default(2),
  memoryGb: z.int().min(16).max(1_024).default(32),
  /** Nodes, of which one writes; by default 2 in prod, and 1 in dev. */
  nodes: z.int().min(1).max(8).optional(),
  backupDays: z.int().min(1).max(35).default(35),
  database: z.string().default("todo"),
});

export type OciPostgresqlConfig = z.infer<typeof ociPostgresql>;

/** OCI Cache. The default with its copy, twice 4 GB, is about 110 € a month. */
export const ociCache = z.strictObject({
  engine: z.literal("oci-cache"),
  version: z.enum(["REDIS_7_0", "VALKEY_7_2"]).default("VALKEY_7_2"),
  memoryGb: z.int().min(2).max(500).default(4),
  /** Nodes, of which one writes; by default 2 in prod, and 1 in dev. */
  nodes: z.int().min(1).max(5).optional(),
});

export type OciCacheConfig = z.infer<typeof ociCache>;

/** OCI Vault, free for so few secrets. External Secrets fills Secrets of Kubernetes from it. */
export const ociVault = z.strictObject({ store: z.literal("oci-vault") });

/** A bucket of OCI Object Storage, about 2.5 € a month for 100 GB. */
export const ociObjectStorage = z.strictObject({ store: z.literal("oci-object-storage") });
