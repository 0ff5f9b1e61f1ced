import { setImmediate as afterAnswer, setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { Counter, type Registry } from "prom-client";
import { htmlOf, smtpReplyOf } from "#apps/kit/dapr/mail.ts";
import type { SidecarResponse } from "#apps/kit/dapr/sidecar-fetch.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import { resetLifetimeSeconds } from "./terms.ts";

/** A secret that lets whoever has it set the password of an account, once and for an hour. */
export type ResetToken = { readonly email: string; readonly token: string };

export type ResetMailDeps = {
  /** Undefined where there is no account with a password that its owner sets. */
  readonly issue: (email: string) => Promise<ResetToken | undefined>;
  /** Hands a mail to the sidecar; rejects when it is not known whether it was sent. */
  readonly send: (to: string, mail: { subject: string; html: string }) => Promise<SidecarResponse>;
  /** Where people reach the stack. */
  readonly publicUrl: string;
  readonly metrics: ResetMailMetrics;
  readonly log: Logger;
  /** Between one try and the next; one more try than there are pauses. */
  readonly pausesMs?: readonly number[];
};

export type ResetMail = {
  /** Sends the link in the background; returns at once, alike for every address. */
  readonly sendSoon: (email: string) => void;
  /** Ends after what is being sent, and tries nothing again. */
  readonly stop: () => Promise<void>;
};

/** Four minutes: who has waited for longer has asked again, or given up. */
const pausesBetweenMs = [1_000, 5_000, 15_000, 60_000, 160_000];
/** Beyond it new ones are dropped: a mail server that is away must not fill the memory. */
const mostUnderWay = 200;
const stopWithinMs = 3_000;

const subject = "Set a new password";

/**
 * Sends links to a new password by the binding itself. They are kept nowhere but in the memory of
 * this process, as whoever reads one has the account: see DECISIONS, 122. A link that is lost with
 * the process is asked for again.
 */
export function createResetMail(deps: ResetMailDeps): ResetMail {
  const { issue, send, metrics, log, pausesMs = pausesBetweenMs } = deps;
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function deliver(email: string): Promise<void> {
    await afterAnswer();
    let issued: ResetToken | undefined;
    for (const pauseMs of [...pausesMs, undefined]) {
      try {
        issued ??= await issue(email);
        if (!issued) return;
        const outcome = await attempt(issued);
        if (outcome !== "away") return metrics.mails.inc({ outcome });
      } catch (error) {
        log.warn({ error: reasonOf(error) }, "a link to a new password waits");
      }
      if (pauseMs === undefined) break;
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) break;
    }
    metrics.mails.inc({ outcome: "given-up" });
    log.error("a link to a new password was not sent: whoever wants one has to ask again");
  }

  async function attempt({ email, token }: ResetToken): Promise<"sent" | "refused" | "away"> {
    const { ok, status, text } = await send(email, { subject, html: textOf(token) });
    if (ok) return "sent";
    // The answer may hold the address, which has no place in a log.
    const reply = smtpReplyOf(text);
    log.warn({ status, reply }, "a link to a new password was not taken by the mail server");
    return reply?.startsWith("5") ? "refused" : "away";
  }

  const textOf = (token: string): string => {
    const href = new URL("/reset-password", deps.publicUrl);
    href.searchParams.set("token", token);
    return htmlOf({
      title: subject,
      body: `Somebody, you we hope, has forgotten the password of your account. The link below is good for ${resetLifetimeSeconds / 60} minutes, and once. If it was not you, do nothing: your password stays as it is.`,
      link: { text: "Set a new password", href: href.href },
    });
  };

  return {
    sendSoon: (email) => {
      if (underWay.size >= mostUnderWay || stopping.signal.aborted) {
        metrics.mails.inc({ outcome: "dropped" });
        return;
      }
      const delivery = deliver(email).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    stop: async () => {
      stopping.abort();
      await Promise.race([Promise.all(underWay), sleep(stopWithinMs, undefined, { ref: false })]);
    },
  };
}

export function createResetMailMetrics(registry: Registry) {
  return {
    mails: new Counter({
      name: "password_reset_mails_total",
      help: "Links to a new password by outcome: sent, refused, given-up, dropped",
      labelNames: ["outcome"],
      registers: [registry],
    }),
  };
}

export type ResetMailMetrics = ReturnType<typeof createResetMailMetrics>;
