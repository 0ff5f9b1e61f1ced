import { type Logger, pino } from "pino";

/** Fields that never reach a log, wherever they stand. */
const redacted = ["authorization", "cookie", "password", "token", "email", "databaseUrl"];

/** A structured log on standard output: one JSON object a line, time in RFC 3339. */
export const createLog = (appId: string, level: string): Logger =>
  pino({
    level,
    base: { app: appId },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redacted.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
  });
