import type { MetadataValue } from "./manifest.ts";

/** What only a deployment knows about the blocks below Dapr; the rest follows from the contracts. */
export type DaprFacts = {
  readonly namespace: string;
  /** Trust domain of the services' identities, which need not be that of the control plane. */
  readonly trustDomain: string;
  readonly kafka: {
    /** `host:port`, comma-separated. */
    readonly brokers: string;
    /** Protocol version of the broker, as `3.9.0`: the newest the sidecar's client knows. */
    readonly version: string;
    /** Whether the connection is encrypted, and by whose certificate (PEM). */
    readonly tls: { readonly caCertificate: string } | false;
  };
  readonly redis: {
    /** `host:port` */
    readonly address: string;
    readonly username: string;
    readonly password: MetadataValue;
    readonly tls: boolean;
  };
  readonly secretStore: {
    readonly type: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
  readonly tracing: {
    /** Share of traces that are kept, 0 to 1. */
    readonly samplingRate: number;
    readonly zipkinEndpoint: string | undefined;
  };
  /** How sidecars find each other; absent where the platform's own way is right. */
  readonly nameResolution?: {
    readonly component: string;
    readonly configuration: Readonly<Record<string, string>>;
  };
};

/** The environment by which each sidecar is told its own Kafka user. */
export const kafkaUserEnv = { username: "KAFKA_USERNAME", password: "KAFKA_PASSWORD" } as const;
