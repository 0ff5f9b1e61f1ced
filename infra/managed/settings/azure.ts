import { z } from "zod";

/**
 * Event Hubs with its Kafka endpoint. Premium with one processing unit is about 850 € a month in
 * West Europe; Standard, about 20 € a unit, has too few hubs and days for our topics, and Dedicated
 * begins at about 5 000 €.
 */
export const eventHubs = z.strictObject({
  engine: z.literal("event-hubs"),
  tier: z.enum(["Standard", "Premium"]).default("Premium"),
  /** Throughput units of Standard, processing units of Premium. */
  units: z.int().min(1).max(16).default(1),
});

export type EventHubsConfig = z.infer<typeof eventHubs>;

/**
 * Azure Database for PostgreSQL. The default, two processors with a copy in another zone and
 * 128 GiB, is about 290 € a month in West Europe.
 */
export const flexibleServer = z.strictObject({
  engine: z.literal("azure-flexible-server"),
  version: z.enum(["15", "16", "17"]).default("17"),
  machine: z
    .string()
    .regex(/^Standard_[DE]\w+$/, "must be of the series D or E, as Standard_D2ds_v5")
    .default("Standard_D2ds_v5"),
  storageGb: z.literal([32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]).default(128),
  backupDays: z.int().min(7).max(35).default(35),
  /** A copy of the backups in the paired region; can only be chosen when the server is made. */
  backupsElsewhere: z.boolean().default(false),
  /** A second server that takes over; by default in another zone in prod, and none in dev. */
  standby: z.enum(["another-zone", "same-zone", "none"]).optional(),
  database: z.string().default("todo"),
});

export type FlexibleServerConfig = z.infer<typeof flexibleServer>;

/** Azure Managed Redis. The default with its copy, 6 GB, is about 320 € a month in West Europe. */
export const azureManagedRedis = z.strictObject({
  engine: z.literal("azure-managed-redis"),
  machine: z
    .string()
    .regex(
      /^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)\d+$/,
      "must be one of Azure Managed Redis, as Balanced_B5",
    )
    // https://learn.microsoft.com/azure/redis/architecture: up to 25 GB without clustering, which
    // the number in the name stands for.
    .refine(
      (machine) => Number(/\d+$/.exec(machine)?.[0]) <= 20,
      "has more than the 25 GB that Azure offers without clustering: at most Balanced_B20",
    )
    .default("Balanced_B5"),
});

export type AzureManagedRedisConfig = z.infer<typeof azureManagedRedis>;

/** Azure Key Vault, about 3 € for a million reads. */
export const keyVault = z.strictObject({ store: z.literal("key-vault") });

/** A container of Azure Blob Storage in three zones, about 2 € a month for 100 GB. */
export const blobStorage = z.strictObject({ store: z.literal("blob-storage") });
