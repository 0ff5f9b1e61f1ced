import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Message } from "#infra/host/mail-server/mailbox.ts";

/** Where mail can be looked at: `npm run e2e -- --mail` says it; empty where it cannot. */
export const mailUrl = process.env.TODO_MAIL_URL ?? "";

/** All mail to an address, the oldest first. */
export async function mailTo(address: string): Promise<Message[]> {
  const url = new URL(`/messages?limit=1000&to=${encodeURIComponent(address)}`, mailUrl);
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  expect(response.status).toBe(200);
  const { messages } = (await response.json()) as { messages: Message[] };
  return messages.reverse();
}

/** The mail to an address whose subject has this text, once there is some. */
export async function mailAbout(address: string, text: string, withinMs: number): Promise<Message> {
  const since = performance.now();
  for (;;) {
    const found = (await mailTo(address)).find(({ subject }) => subject.includes(text));
    if (found) return found;
    const tookMs = Math.round(performance.now() - since);
    expect(tookMs, `no mail about ${text} after ${tookMs} ms`).toBeLessThan(withinMs);
    await sleep(50);
  }
}
