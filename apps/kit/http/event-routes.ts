import { Hono } from "hono";
import { z } from "zod";
import { eventRoute } from "#apps/contracts/dapr.ts";
import { operatorHeaders } from "#apps/contracts/operator.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { subscriptionsOf } from "#apps/contracts/services.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Receive } from "#apps/kit/events/subscriptions.ts";
import { invalidInput } from "./problem.ts";
import type { ShellVariables } from "./variables.ts";

/** How the sidecar delivers a raw record: its bytes inside an envelope of the sidecar's own. */
const delivery = z.object({ data_base64: z.base64() });

/** One route for each topic the service subscribes to, open to its own sidecar only. */
export function createEventRoutes(
  contract: ServiceContract,
  receive: Receive,
  appApiToken: string,
): Hono<{ Variables: ShellVariables }> {
  const app = new Hono<{ Variables: ShellVariables }>();
  app.use("/internal/*", fromSidecarOnly(appApiToken));
  for (const [topic] of subscriptionsOf(contract)) {
    app.post(eventRoute(topic), async (context) => {
      const parsed = delivery.safeParse(await context.req.json());
      if (!parsed.success) throw invalidInput(parsed.error);
      const status = await receive(topic, {
        bytes: Buffer.from(parsed.data.data_base64, "base64"),
        // Names by which the sidecar's Kafka component hands on what it knows of the record.
        key: unescaped(context.req.header("__key")),
        partition: context.req.header("__partition"),
        offset: context.req.header("__offset"),
        addressee: unescaped(context.req.header(operatorHeaders.consumer)),
        forgetSince: unescaped(context.req.header(operatorHeaders.forgetSince)),
      });
      return context.json({ status });
    });
  }
  return app;
}

/** The sidecar escapes what it hands on as Go escapes a query: a space is a plus sign. */
function unescaped(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text; // bytes that are no UTF-8: kept as they were escaped
  }
}
