import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createApp } from "./app.ts";
import { forgetOldAnswers } from "./idempotency.ts";

const hourMs = 3_600_000;

const runtime = createRuntime("backend", services.backend);

setInterval(() => {
  forgetOldAnswers(runtime.connection.database).catch((error) =>
    runtime.log.warn({ error: String(error) }, "old answers not forgotten"),
  );
}, hourMs).unref();

runtime.run(createApp(runtime));
