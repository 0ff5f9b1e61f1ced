import { type DestinationStream, type Logger, pino } from "pino";

/**
 * Fields that never reach a log, at the top or one below: what lets someone in, and what people
 * wrote. Nobody means to log them; this is for the object that is logged whole by mistake.
 */
export const redacted = [
  ...["authorization", "cookie", "set-cookie", "dapr-api-token", "password", "secret", "token"],
  ...["databaseUrl", "redisUrl", "DATABASE_URL", "REDIS_URL", "TOKEN_SECRET"],
  ...["OPERATOR_PASSWORD"],
  ...["DAPR_API_TOKEN", "APP_API_TOKEN"],
  ...["email", "title", "description", "tags", "body", "task", "task_data", "data"],
];

/** A structured log on standard output: one JSON object a line, time in RFC 3339. */
export const createLog = (appId: string, level: string, to?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: { app: appId },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: redacted.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
        censor: "[redacted]",
      },
    },
    to ?? pino.destination(1),
  );
