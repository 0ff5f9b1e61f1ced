import type {
  BackupStoreConfig,
  cloudOfEngine,
  ManagedEngine,
  ManagedKafkaConfig,
  ManagedPostgresConfig,
  ManagedRedisConfig,
  SecretStoreConfig,
} from "./config.ts";
import type {
  BackupWriter,
  KafkaNeeds,
  ManagedArgs,
  ManagedBackups,
  ManagedKafka,
  ManagedKafkaArgs,
  ManagedPostgres,
  ManagedRedis,
  ManagedSecrets,
} from "./managed.ts";

type Make<Config, Args, Made> = (config: Config, args: Args) => Promise<Made>;
/** What an engine of one cloud is told; `More` is what its kind is told besides. */
type ArgsOf<E extends ManagedEngine, More> = ManagedArgs<(typeof cloudOfEngine)[E]> & More;
/** One way to make for each engine: a missing one does not compile. */
type ByEngine<Config extends { engine: ManagedEngine }, Made, More = unknown> = {
  readonly [E in Config["engine"]]: Make<Extract<Config, { engine: E }>, ArgsOf<E, More>, Made>;
};
type ByStore<Config extends { store: ManagedEngine }, Made, More = unknown> = {
  readonly [S in Config["store"]]: Make<Extract<Config, { store: S }>, ArgsOf<S, More>, Made>;
};

const kafkas: ByEngine<ManagedKafkaConfig, ManagedKafka, KafkaNeeds> = {
  "event-hubs": async (config, args) =>
    (await import("./azure/event-hubs.ts")).eventHubsKafka(config, args),
  "google-managed-kafka": async (config, args) =>
    (await import("./gcp/managed-kafka.ts")).googleKafka(config, args),
  "oci-streaming": async (config, args) =>
    (await import("./oci/streaming.ts")).ociStreamingKafka(config, args),
};

const postgreses: ByEngine<ManagedPostgresConfig, ManagedPostgres> = {
  "azure-flexible-server": async (config, args) =>
    (await import("./azure/flexible-server.ts")).flexibleServerPostgres(config, args),
  "cloud-sql": async (config, args) =>
    (await import("./gcp/cloud-sql.ts")).cloudSqlPostgres(config, args),
  "oci-postgresql": async (config, args) =>
    (await import("./oci/postgresql.ts")).ociPostgresqlPostgres(config, args),
};

const redises: ByEngine<ManagedRedisConfig, ManagedRedis> = {
  "azure-managed-redis": async (config, args) =>
    (await import("./azure/managed-redis.ts")).azureManagedRedis(config, args),
  memorystore: async (config, args) =>
    (await import("./gcp/memorystore.ts")).memorystoreRedis(config, args),
  "oci-cache": async (config, args) => (await import("./oci/cache.ts")).ociCacheRedis(config, args),
};

const secretStores: ByStore<SecretStoreConfig, ManagedSecrets> = {
  "key-vault": async (_, args) => (await import("./azure/key-vault.ts")).keyVaultSecrets(args),
  "secret-manager": async (_, args) =>
    (await import("./gcp/secret-manager.ts")).secretManagerSecrets(args),
  "oci-vault": async (_, args) => (await import("./oci/vault.ts")).ociVaultSecrets(args),
};

const backupStores: ByStore<BackupStoreConfig, ManagedBackups, BackupWriter> = {
  "blob-storage": async (_, args) =>
    (await import("./azure/blob-storage.ts")).blobStorageBackups(args),
  "cloud-storage": async (_, args) =>
    (await import("./gcp/cloud-storage.ts")).cloudStorageBackups(args),
  "oci-object-storage": async (_, args) =>
    (await import("./oci/object-storage.ts")).ociObjectStorageBackups(args),
};

/** The Kafka that a cloud runs, by the engine that the configuration names. */
export const makeKafka: Make<ManagedKafkaConfig, ManagedKafkaArgs, ManagedKafka> = (config, args) =>
  (kafkas[config.engine] as typeof makeKafka)(config, args);

/** The PostgreSQL that a cloud runs. */
export const makePostgres: Make<ManagedPostgresConfig, ManagedArgs, ManagedPostgres> = (
  config,
  args,
) => (postgreses[config.engine] as typeof makePostgres)(config, args);

/** The Redis that a cloud runs. */
export const makeRedis: Make<ManagedRedisConfig, ManagedArgs, ManagedRedis> = (config, args) =>
  (redises[config.engine] as typeof makeRedis)(config, args);

/** Where a cloud keeps secrets. */
export const makeSecrets: Make<SecretStoreConfig, ManagedArgs, ManagedSecrets> = (config, args) =>
  (secretStores[config.store] as typeof makeSecrets)(config, args);

/** Where a cloud keeps backups. */
export const makeBackups: Make<BackupStoreConfig, ManagedArgs & BackupWriter, ManagedBackups> = (
  config,
  args,
) => (backupStores[config.store] as typeof makeBackups)(config, args);
