/** The programs that the local stack runs, in the order in which it needs them. */
export const hostPrograms = [
  "postgres",
  "redis-server",
  "java",
  "kafka",
  "dapr-sentry",
  "dapr-scheduler",
  "daprd",
  "zipkin",
] as const;
