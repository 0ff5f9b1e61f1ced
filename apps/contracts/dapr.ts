/** Names of the Dapr building blocks, said here and nowhere else. */
export const dapr = {
  pubsub: "kafka-pubsub",
  stateStore: "statestore",
  secretStore: "secrets",
} as const;

/** Where the sidecar delivers the events of a topic to its app. */
export const eventRoute = (topic: string): string => `/internal/events/${topic}`;
