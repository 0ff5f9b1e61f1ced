import type { z } from "zod";
import type { Cloud } from "#infra/clusters/home.ts";
import {
  azureManagedRedis,
  blobStorage,
  eventHubs,
  flexibleServer,
  keyVault,
} from "./settings/azure.ts";
import {
  cloudSql,
  cloudStorage,
  googleManagedKafka,
  memorystore,
  secretManager,
} from "./settings/google.ts";
import {
  ociCache,
  ociObjectStorage,
  ociPostgresql,
  ociStreaming,
  ociVault,
} from "./settings/oci.ts";

/** Every Kafka, PostgreSQL, Redis, store of secrets and of backups that a cloud runs for us. */
export const managedKafkas = [eventHubs, googleManagedKafka, ociStreaming] as const;
export const managedPostgreses = [flexibleServer, cloudSql, ociPostgresql] as const;
export const managedRedises = [azureManagedRedis, memorystore, ociCache] as const;
export const secretStores = [keyVault, secretManager, ociVault] as const;
export const backupStores = [blobStorage, cloudStorage, ociObjectStorage] as const;

export type ManagedKafkaConfig = z.infer<(typeof managedKafkas)[number]>;
export type ManagedPostgresConfig = z.infer<(typeof managedPostgreses)[number]>;
export type ManagedRedisConfig = z.infer<(typeof managedRedises)[number]>;
export type SecretStoreConfig = z.infer<(typeof secretStores)[number]>;
export type BackupStoreConfig = z.infer<(typeof backupStores)[number]>;

/** A service that a cloud runs, by the name that the configuration has for it. */
export type ManagedEngine =
  | (ManagedKafkaConfig | ManagedPostgresConfig | ManagedRedisConfig)["engine"]
  | (SecretStoreConfig | BackupStoreConfig)["store"];

/** Whose each of them is. */
export const cloudOfEngine = {
  "event-hubs": "azure",
  "azure-flexible-server": "azure",
  "azure-managed-redis": "azure",
  "key-vault": "azure",
  "blob-storage": "azure",
  "google-managed-kafka": "gcp",
  "cloud-sql": "gcp",
  memorystore: "gcp",
  "secret-manager": "gcp",
  "cloud-storage": "gcp",
  "oci-streaming": "oci",
  "oci-postgresql": "oci",
  "oci-cache": "oci",
  "oci-vault": "oci",
  "oci-object-storage": "oci",
} as const satisfies Readonly<Record<ManagedEngine, Cloud>>;
