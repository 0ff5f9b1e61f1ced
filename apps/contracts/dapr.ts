/** Names of the Dapr building blocks, said here and nowhere else. */
export const dapr = {
  pubsub: "kafka-pubsub",
  stateStore: "statestore",
  secretStore: "secrets",
} as const;

/** What may be behind the state store; which of them is the stack's choice. */
export const stateStores = ["redis", "postgres"] as const;
export type StateStoreKind = (typeof stateStores)[number];

/** Where the sidecar delivers the events of a topic to its app. */
export const eventRoute = (topic: string): string => `/internal/events/${topic}`;

/** Output bindings that a service may declare, each with what it does. */
const bindings = {
  mail: "sends a message by SMTP",
} as const;

export type BindingName = keyof typeof bindings;

/** What sidecars call their services for again and again, and every how many seconds. */
export const schedules = {
  "reminder-sweep": { everySeconds: 15 },
} as const;

export type ScheduleName = keyof typeof schedules;

/** Where the sidecar calls its app at each beat of a schedule. */
export const scheduleRoute = (name: ScheduleName): string => `/internal/schedules/${name}`;

/** Where the sidecar calls its app when the time of a job has come; Dapr's own choice. */
export const jobRoute = (name: string): string => `/job/${name}`;
