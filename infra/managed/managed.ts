import type * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import type { ExternalKafkaPlace, Provisioned } from "#components/kafka/external-kafka.ts";
import type { TopicSpec } from "#components/kafka/topics.ts";
import type { UserSpec } from "#components/kafka/users.ts";
import type { Place, Reach } from "#components/place.ts";
import type { Backup } from "#components/postgres/backup.ts";
import type { ExternalPostgresArgs } from "#components/postgres/external-postgres.ts";
import type { Admin } from "#components/provision/provision-job.ts";
import type { ExternalRedisArgs } from "#components/redis/external-redis.ts";
import type { Cloud, CloudHome, CloudIdentity } from "#infra/clusters/home.ts";

/** What every managed service is told. `C` is the cloud that it belongs to. */
export type ManagedArgs<C extends Cloud = Cloud> = {
  readonly home: Extract<CloudHome, { cloud: C }>;
  readonly place: Pick<Place, "size" | "namespace" | "keepData">;
  /** A password of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
  /** The identity of a service account, by its name, so that it can be given rights. */
  readonly identityOf: (serviceAccount: string) => CloudIdentity;
  /** Options of what it puts on the cluster, in the namespace of the services. */
  readonly onCluster: pulumi.ComponentResourceOptions;
};

/** What a Kafka is told besides. */
export type KafkaNeeds = {
  /** Every topic of the contracts, dead letters included. */
  readonly topics: readonly TopicSpec[];
  /** Who comes to the broker with which rights: the services that use Kafka, and the viewer. */
  readonly users: readonly UserSpec[];
};

export type ManagedKafkaArgs<C extends Cloud = Cloud> = ManagedArgs<C> & KafkaNeeds;

/** What a store of backups is told besides. */
export type BackupWriter = {
  /** The service account that writes them. */
  readonly writer: string;
};

/** A Kafka that was made: the arguments of `ExternalKafka` that say where and how it is. */
export type ManagedKafka = Pick<
  ExternalKafkaPlace,
  | ("brokers" | "ports" | "mechanism" | "tls" | "users")
  | ("durability" | "version" | "largestRecordBytes")
> &
  (Provisioned | { readonly admin: Admin });

/** A PostgreSQL that was made, in the words of `ExternalPostgres`. */
export type ManagedPostgres = Pick<
  ExternalPostgresArgs,
  "host" | "port" | "database" | "admin" | "tls"
>;

/** A Redis that was made, in the words of `ExternalRedis`. */
export type ManagedRedis = Pick<
  ExternalRedisArgs,
  "host" | "port" | "username" | "password" | "tls"
>;

/**
 * A store of secrets that was made: Dapr's component for it, or none where something else fills
 * Secrets of Kubernetes from it, in which Dapr then looks.
 */
export type ManagedSecrets = {
  readonly component?: {
    readonly type: string;
    readonly metadata: Readonly<Record<string, pulumi.Output<string>>>;
  };
  /**
   * Puts a secret into it that the sidecars of these services may read; what it returns is how
   * components refer to it.
   */
  readonly keep: (
    name: string,
    value: pulumi.Input<string>,
    readers: readonly AppId[],
  ) => { readonly name: string; readonly key: string };
  /** What must stand before a sidecar reads from it: the secrets, and the right to read them. */
  readonly ready: () => readonly pulumi.Resource[];
  /** Where sidecars find it; absent where they do not ask it. */
  readonly reach?: Reach;
};

/** An object store that was made for the backups of a PostgreSQL in the cluster. */
export type ManagedBackups = Pick<
  Backup,
  "destination" | "endpoint" | "region" | "store" | "credentials" | "identity"
> & {
  readonly ready: readonly pulumi.Resource[];
};
