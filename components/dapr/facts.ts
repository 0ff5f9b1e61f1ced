import type * as pulumi from "@pulumi/pulumi";
import type { StateStoreKind } from "#apps/contracts/dapr.ts";
import type { SecretKey } from "#components/place.ts";
import type { MetadataValue } from "./manifest.ts";

/** A text that may be known only when something else was made. */
export type Text = string | pulumi.Output<string>;

/** What only a deployment knows about the blocks below Dapr; the rest follows from the contracts. */
export type DaprFacts = {
  readonly namespace: string;
  /** Trust domain of the services' identities, which need not be that of the control plane. */
  readonly trustDomain: string;
  /**
   * The control plane, where a Configuration must name it: in a cluster. On one machine each sidecar
   * is told by its flags.
   */
  readonly controlPlane?: { readonly trustDomain: string; readonly sentryAddress: string };
  readonly kafka: {
    /** `host:port`, comma-separated. */
    readonly brokers: Text;
    /** Protocol version of the broker, as `3.9.0`: the newest the sidecar's client knows. */
    readonly version: string;
    /** `PLAIN` is for brokers of clouds, always with TLS. */
    readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
    /** Encrypted by a certificate authority of its own (PEM), by a public one, or not at all. */
    readonly tls: { readonly caCertificate: MetadataValue } | "public" | false;
    /** Where the brokers take less than the largest record of ours. */
    readonly largestRecordBytes?: number | undefined;
  };
  readonly redis: {
    /** `host:port` */
    readonly address: Text;
    readonly username: string;
    readonly password: MetadataValue;
    readonly tls: boolean;
  };
  /** PostgreSQL where it keeps the state of the services; absent where Redis does. */
  readonly statePostgres?: StatePostgres | undefined;
  /** The server that takes mail; absent where no service sends any. */
  readonly mail?: MailServer | undefined;
  /**
   * Where components look up their secrets: a store that is a component of its own, or Kubernetes,
   * where Dapr's operator fills them in so that no service needs rights on Secrets.
   */
  readonly secretStore:
    | { readonly type: string; readonly metadata: Readonly<Record<string, Text>> }
    | "kubernetes";
  readonly tracing: {
    /** Share of traces that are kept, 0 to 1. */
    readonly samplingRate: number;
    readonly zipkinEndpoint: Text | undefined;
  };
  /** How sidecars find each other; absent where the platform's own way is right. */
  readonly nameResolution?: {
    readonly component: string;
    readonly configuration: Readonly<Record<string, string>>;
  };
  /** What is to be other than its default. */
  readonly tuning?: Partial<DaprTuning>;
  /**
   * Image of a sidecar that is built as toolchain/ builds it. Dapr's own counts a delivery that failed
   * as made when another one runs beside it, so it is let deliver one at a time only.
   */
  readonly mendedSidecar?: string | undefined;
  /**
   * Whether events whose effects need no order come several at a time. Of Dapr's own sidecar a batch
   * that fails would hold up every partition.
   */
  readonly batches?: boolean;
};

export type StatePostgres = {
  /** A `postgres://` URL of a role with a schema of its name. */
  readonly url: MetadataValue;
  /** The certificate authority (PEM) that the URL says is mounted, in a cluster. */
  readonly caCertificate?: SecretKey | undefined;
};

export type MailServer = {
  readonly host: Text;
  readonly port: number;
  /** The address that all mail comes from. */
  readonly from: string;
  /** Absent where the server takes mail without one. It is only shown over TLS or on loopback. */
  readonly account?: { readonly username: string; readonly password: MetadataValue } | undefined;
  /** Whether the server's certificate must be one of a public authority. */
  readonly verified: boolean;
};

/** What an operator may want to be other, with units; the defaults are sound for production. */
export type DaprTuning = {
  /** How many connections a sidecar keeps to Redis. */
  readonly redisPoolSize: number;
  readonly redisDialTimeoutMs: number;
  readonly redisReadTimeoutMs: number;
  readonly redisWriteTimeoutMs: number;
  /** Largest wait of a sidecar's consumer for a fetch to fill, and what it fetches at once. */
  readonly fetchDefaultBytes: number;
  /** Records a sidecar holds ready per partition. */
  readonly channelBufferSize: number;
};

export const defaultDaprTuning: DaprTuning = {
  redisPoolSize: 20,
  redisDialTimeoutMs: 1_000,
  redisReadTimeoutMs: 500,
  redisWriteTimeoutMs: 500,
  fetchDefaultBytes: 1024 * 1024,
  channelBufferSize: 256,
};

/** What is behind the state store. */
export const stateStoreOf = ({
  statePostgres,
}: Pick<DaprFacts, "statePostgres">): StateStoreKind => (statePostgres ? "postgres" : "redis");

/** What a service itself is told of tracing: it speaks Zipkin's protocol, as its sidecar does. */
export const tracingEnv = ({ samplingRate, zipkinEndpoint }: DaprFacts["tracing"]) => ({
  TRACE_SAMPLING: String(samplingRate),
  ...(zipkinEndpoint && { ZIPKIN_ENDPOINT: zipkinEndpoint }),
});

/** The environment by which each sidecar is told its own Kafka user. */
export const kafkaUserEnv = { username: "KAFKA_USERNAME", password: "KAFKA_PASSWORD" } as const;
