import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createApp } from "./app.ts";
import { keepPartitions } from "./partitions.ts";

const runtime = createRuntime("audit", services.audit);
const keepDays = Number(runtime.env.ACTIVITY_RETENTION_DAYS);

keepPartitions(runtime.connection.database, keepDays, runtime.log);
runtime.run(createApp(runtime));
