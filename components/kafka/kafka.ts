import type * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import type { Reach, SecretKey } from "#components/place.ts";

/** The user by which one service, or a tool, comes to the brokers. */
export type KafkaUser = {
  readonly username: pulumi.Input<string>;
  readonly password: SecretKey;
};

/** What every engine returns: those who use Kafka do not know which one it is. */
export interface Kafka {
  /** `host:port`, comma-separated, as clients in the cluster reach them. */
  readonly brokers: pulumi.Output<string>;
  /** Protocol version for the sidecar's client, as `3.9.0`. */
  readonly version: string;
  readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
  /** Encrypted by a certificate authority of its own (PEM), by a public one, or not at all. */
  readonly tls: { readonly caCertificate: SecretKey } | "public" | false;
  /** The user of a service; `undefined` where its contract has no use of Kafka. */
  readonly userOf: (appId: AppId) => KafkaUser | undefined;
  /** A user that may look at everything and change nothing, for Redpanda Console. */
  readonly viewer: KafkaUser;
  /** What exists before the first service starts: brokers, topics, users and their rights. */
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
  /** The largest record that the brokers take; absent where it is as large as ours may be. */
  readonly largestRecordBytes?: number | undefined;
}
