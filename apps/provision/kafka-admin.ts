import type { Admin, ErrorProperties } from "@platformatic/kafka";
import { type Patience, reasonOf, retryConnection } from "./retry.ts";

/** How to reach a cluster as its administrator. */
export type KafkaConnection = {
  /** `host:port`, any of the brokers. */
  readonly brokers: readonly string[];
  readonly sasl: {
    readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
    readonly username: string;
    readonly password: string;
  };
  /** Encrypted; with the cluster's own authority (PEM) or, without one, a public one. */
  readonly tls?: { readonly ca?: string };
};

/**
 * Opens an administrator's connection for the work. Waits for the brokers; throws with their
 * addresses and Kafka's own words.
 */
export async function withKafka<Result>(
  connection: KafkaConnection,
  patience: Patience,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const { Admin } = await import("@platformatic/kafka");
  const admin = new Admin({
    clientId: "todo-evolution-infra",
    bootstrapBrokers: [...connection.brokers],
    sasl: connection.sasl,
    ...(connection.tls && { tls: connection.tls, tlsServerName: true }),
    retries: 0,
    timeout: 15_000,
    connectTimeout: 5000,
  });
  const what = `Kafka at ${connection.brokers.join(", ")}`;
  try {
    // The client keeps nothing open between calls that failed, so every try is a fresh one.
    await retryConnection(what, patience, isTransient, () => admin.metadata({ topics: [] }));
    return await retryConnection(what, patience, isTransient, () => work(admin));
  } finally {
    await admin.close();
  }
}

/** Whether Kafka's answer has this name, as "TOPIC_ALREADY_EXISTS". */
export function hasKafkaError(error: unknown, name: string): boolean {
  const { apiId, errors, cause } = error as ErrorProperties;
  if (apiId === name) return true;
  const inner: unknown[] = [...(Array.isArray(errors) ? errors : []), cause];
  return inner.some((item) => item instanceof Error && hasKafkaError(item, name));
}

function isTransient(error: unknown): boolean {
  const reason = reasonOf(error);
  if (/authentication failed/i.test(reason)) return false;
  return (
    /ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENOTFOUND|Connection closed|socket hang up|timed out/i.test(
      reason,
    ) ||
    ["NOT_CONTROLLER", "COORDINATOR_NOT_AVAILABLE", "REQUEST_TIMED_OUT"].some((name) =>
      hasKafkaError(error, name),
    )
  );
}
