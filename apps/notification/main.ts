import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createAddresses } from "./addresses.ts";
import { createApp } from "./app.ts";
import { forgetOldMail } from "./mail-queue.ts";
import { createMailer, createMailMetrics } from "./mailer.ts";

const hourMs = 3_600_000;

const runtime = createRuntime("notification", services.notification);
const { database } = runtime.connection;

const mailer = createMailer({
  database,
  send: (emailTo, { subject, html }) =>
    // The sender is the component's: it is the same for all.
    runtime.sendByBinding("mail", html, { emailTo, subject, priority: "3" }),
  addressOf: createAddresses(runtime.sidecar),
  metrics: createMailMetrics(runtime.metrics.registry),
  log: runtime.log,
});

setInterval(() => {
  forgetOldMail(database).catch((error) =>
    runtime.log.warn({ error: String(error) }, "old mail not forgotten"),
  );
}, hourMs).unref();

runtime.run(createApp({ ...runtime, mailer }), {
  drain: () => {},
  close: () => mailer.stop(),
});
