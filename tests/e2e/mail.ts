import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
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

/** The token of the last link to a new password that an address was mailed, once there are so many. */
export const resetTokenFor = (address: string, count = 1): Promise<string> =>
  vi.waitFor(
    async () => {
      const links = (await mailTo(address)).flatMap(({ html }) => linkIn(html));
      expect(links, `links to a new password for ${address}`).toHaveLength(count);
      expect(links.at(-1)?.pathname).toBe("/reset-password");
      return links.at(-1)?.searchParams.get("token") ?? "";
    },
    { timeout: 15_000, interval: 50 },
  );

const linkIn = (html: string): URL[] => {
  const plain = html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const [, link] = /href="([^"]+)"/.exec(plain) ?? [];
  return link ? [new URL(link)] : [];
};
