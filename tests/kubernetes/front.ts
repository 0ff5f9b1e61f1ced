import { pino } from "pino";
import type { AppId } from "#apps/contracts/services.ts";
import { startGateway } from "#apps/web/gateway.ts";

const host = "127.0.0.1";
const port = 17_960;

/** Where people come in: pages of no other origin may use a session's cookie. */
export const frontUrl = `http://${host}:${port}`;

/**
 * The gateway of the local stack, before the services of a cluster: Envoy's image is not to be had
 * here, and a browser wants page, API and WebSockets under one origin.
 */
export async function openFront(
  services: Readonly<Partial<Record<AppId, { readonly address: string }>>>,
): Promise<{ readonly close: () => Promise<void> }> {
  const targets = Object.fromEntries(
    Object.entries(services).map(([appId, { address }]) => [appId, [address]]),
  );
  let fail = (_: Error): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const log = pino({ level: "warn" }, pino.destination(2));
  const gateway = startGateway({ host, port, targets, log, onError: (error) => fail(error) });
  await Promise.race([gateway.listening, failed]);
  return { close: () => gateway.close() };
}
