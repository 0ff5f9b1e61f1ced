import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { accountsOf, createApp } from "./app.ts";
import { pruneChanges } from "./change-feed.ts";
import { forgetOldAnswers } from "./idempotency.ts";

const hourMs = 3_600_000;

const runtime = createRuntime("backend", services.backend);

const accounts = accountsOf(runtime);

setInterval(() => {
  const { connection, log } = runtime;
  forgetOldAnswers(connection.database).catch((error) =>
    log.warn({ error: String(error) }, "old answers not forgotten"),
  );
  pruneChanges(connection.database).catch((error) =>
    log.warn({ error: String(error) }, "old changes not forgotten"),
  );
  accounts
    .forgetOldSessions()
    .catch((error) => log.warn({ error: String(error) }, "old sessions not forgotten"));
}, hourMs).unref();

runtime.run(createApp(runtime, accounts), { drain: () => {}, close: accounts.close });
accounts.prepare();
