import { Hono } from "hono";
import { z } from "zod";
import { eventRoute } from "#apps/contracts/dapr.ts";
import { operatorHeaders } from "#apps/contracts/operator.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { subscriptionsOf } from "#apps/contracts/services.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Delivery, Receive } from "#apps/kit/events/subscriptions.ts";
import { invalidInput, Problem } from "./problem.ts";
import type { ShellVariables } from "./variables.ts";

/** How the sidecar delivers a raw record: its bytes inside an envelope of the sidecar's own. */
const one = z.object({ data_base64: z.string() });
/** How it delivers several of one partition, each with what it knows of the record. */
const batch = z.object({
  entries: z.array(
    z.object({
      entryId: z.string(),
      event: z.string(),
      metadata: z.record(z.string(), z.string()),
    }),
  ),
});
const body = z.union([one, batch]);

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
      const parsed = body.safeParse(jsonOf(await context.req.text()));
      if (!parsed.success) throw invalidInput(parsed.error);
      if ("data_base64" in parsed.data) {
        const header = (name: string) => context.req.header(name);
        const [status] = await receive(topic, [deliveryOf(parsed.data.data_base64, header)]);
        return context.json({ status });
      }
      const { entries } = parsed.data;
      const verdicts = await receive(
        topic,
        entries.map(({ event, metadata }) => deliveryOf(event, (name) => metadata[name])),
      );
      return context.json({
        statuses: entries.map(({ entryId }, index) => ({ entryId, status: verdicts[index] })),
      });
    });
  }
  return app;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, "Invalid input", "a delivery is JSON");
  }
}

/** A record, by the names under which the sidecar's Kafka component hands on what it knows of it. */
const deliveryOf = (base64: string, known: (name: string) => string | undefined): Delivery => ({
  bytes: Buffer.from(base64, "base64"),
  key: unescaped(known("__key")),
  partition: known("__partition"),
  offset: known("__offset"),
  addressee: unescaped(known(operatorHeaders.consumer)),
  forgetSince: unescaped(known(operatorHeaders.forgetSince)),
});

/** The sidecar escapes what it hands on as Go escapes a query: a space is a plus sign. */
function unescaped(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text; // bytes that are no UTF-8: kept as they were escaped
  }
}
