/** The sizes a stack comes in: one node for development, replicated for production. */
export type StackSize = "dev" | "prod";

export type TopicContract = {
  /** Partitions by size of the stack. Raising is allowed later, lowering is not. */
  readonly partitions: Readonly<Record<StackSize, number>>;
  readonly retentionMs: number;
  /** One line for catalogues and dashboards. */
  readonly carries: string;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Every topic of the system. The key of every message is the user id. */
export const topics = {
  "task-events": {
    partitions: { dev: 3, prod: 12 },
    retentionMs: 7 * dayMs,
    carries: "task created, updated, completed, deleted",
  },
  reminders: {
    partitions: { dev: 1, prod: 6 },
    retentionMs: dayMs,
    carries: "a reminder is due",
  },
  notifications: {
    partitions: { dev: 3, prod: 6 },
    retentionMs: dayMs,
    carries: "a notification was made for a user",
  },
  "task-updates": {
    partitions: { dev: 3, prod: 12 },
    retentionMs: hourMs,
    carries: "small real-time changes for connected clients",
  },
  "user-events": {
    partitions: { dev: 3, prod: 3 },
    retentionMs: 7 * dayMs,
    carries: "user registered",
  },
} as const satisfies Record<string, TopicContract>;

export type Topic = keyof typeof topics;

/** What a consumer could not process: one such topic for each subscription that is not ephemeral. */
export const deadLetterContract: TopicContract = {
  partitions: { dev: 1, prod: 3 },
  retentionMs: 30 * dayMs,
  carries: "what one consumer could not process",
};

export type DeadLetterTopic = `${Topic}.${string}.dlq`;

export const deadLetterTopic = (topic: Topic, appId: string): DeadLetterTopic =>
  `${topic}.${appId}.dlq`;
