import { setTimeout as sleep } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import type { StackOutputs } from "./outputs.ts";

const timeoutMs = 15_000;
const pollMs = 50;

/**
 * Waits until every replica that subscribes to something is in its group: only then is an event
 * acted on at once. A sidecar says that it is ready a little earlier. Resolves to the services
 * that are still without after 15 s.
 */
export async function waitUntilConsuming({ kafka, services }: StackOutputs): Promise<string[]> {
  const groups = appIds.filter((appId) => subscriptionsOf(contractOf(appId)).length > 0);
  const { mechanism, username, password } = kafka;
  const admin = new Admin({
    clientId: "start",
    bootstrapBrokers: kafka.brokers,
    sasl: { mechanism: mechanism as "SCRAM-SHA-512", username, password },
  });
  try {
    const endsAt = performance.now() + timeoutMs;
    for (;;) {
      const described = await admin.describeGroups({ groups });
      const idle = groups.filter((group) => {
        const found = described.get(group);
        const replicas = services[group]?.urls.length ?? 1;
        return found?.state !== "Stable" || found.members.size < replicas;
      });
      if (idle.length === 0 || performance.now() > endsAt) return idle;
      await sleep(pollMs);
    }
  } finally {
    await admin.close();
  }
}
