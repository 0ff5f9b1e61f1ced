import type { Logger } from "pino";
import { Counter, type Registry } from "prom-client";
import { smtpReplyOf } from "#apps/kit/dapr/mail.ts";
import type { SidecarResponse } from "#apps/kit/dapr/sidecar-fetch.ts";
import { isAway } from "#apps/kit/database/away.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import { type ClaimedMail, claimMail, noteFailed, noteRetry, noteSent } from "./mail-queue.ts";

export type MailerDeps = {
  readonly database: Database;
  /** Hands a mail to the sidecar; rejects when it is not known whether it was sent. */
  readonly send: (to: string, mail: { subject: string; html: string }) => Promise<SidecarResponse>;
  /** Undefined when there is no such account. */
  readonly addressOf: (userId: string, traceparent: string) => Promise<string | undefined>;
  readonly metrics: MailMetrics;
  readonly log: Logger;
};

export type Mailer = {
  /** A transaction that is about to commit wrote mail. */
  readonly soon: () => void;
  /** Sends what waits, a few at once; resolves when nothing is left or the way is barred. */
  readonly drain: () => Promise<void>;
  /** Ends after the mails that are being sent. */
  readonly stop: () => Promise<void>;
};

/** Long enough for a transaction to be committed, and then for one that took its time. */
const lookAgainMs = [20, 1_000];
const everyMs = 2_000;
/** Each waits for the address, the sidecar and the mail server, and for nothing of its own. */
const atOnce = 4;

/**
 * Sends mail at least once. It goes out twice only when its end could not be noted: the process
 * died between the mail server's answer and the commit, or the sidecar gave no answer. Each such
 * second try is counted.
 */
export function createMailer(deps: MailerDeps): Mailer {
  const { database, metrics, log } = deps;
  let draining: Promise<void> | undefined;
  let stopped = false;

  const drain = (): Promise<void> => {
    draining ??= drainOnce()
      .catch((error) => log.warn({ error: reasonOf(error) }, "mail waits"))
      .finally(() => {
        draining = undefined;
      });
    return draining;
  };

  async function drainOnce(): Promise<void> {
    // The first shows whether there is any, and whether the way is free.
    let isFree = !stopped && (await sendNext());
    const worker = async (): Promise<void> => {
      while (isFree && !stopped) isFree &&= await sendNext();
    };
    const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  /** Says whether the next one is worth a try. */
  async function sendNext(): Promise<boolean> {
    const mail = await claimMail(database);
    if (!mail) return false;
    if (mail.mayBeSent) metrics.repeated.inc();
    return deliver(mail);
  }

  /** Says whether the next one has a chance. */
  async function deliver(mail: ClaimedMail): Promise<boolean> {
    const mailLog = log.child({ notification: mail.id });
    let address: string | undefined;
    try {
      address = await deps.addressOf(mail.userId, mail.traceparent);
    } catch (error) {
      mailLog.warn({ error: reasonOf(error) }, "mail waits for its address");
      return later(mail, !mail.mayBeSent);
    }
    if (address === undefined) {
      await end(mail, "no-account");
      return true;
    }
    let response: SidecarResponse;
    try {
      response = await deps.send(address, mail);
    } catch (error) {
      mailLog.warn({ error: reasonOf(error) }, "nobody knows whether the mail was sent");
      return later(mail, !isAway(error));
    }
    if (response.ok) {
      await noteSent(database, mail);
      metrics.mails.inc({ outcome: "sent" });
      return true;
    }
    // The answer may hold the address, which has no place in a log.
    const { status } = response;
    const reply = smtpReplyOf(response.text);
    mailLog.warn({ status, reply }, "mail not taken");
    if (reply?.startsWith("5")) {
      await end(mail, "refused");
      return true;
    }
    return later(mail, !mail.mayBeSent);
  }

  async function end(mail: ClaimedMail, outcome: "no-account" | "refused"): Promise<void> {
    await noteFailed(database, mail);
    metrics.mails.inc({ outcome });
  }

  async function later(mail: ClaimedMail, isCertain: boolean): Promise<false> {
    const again = await noteRetry(database, mail, isCertain);
    metrics.mails.inc({ outcome: again ? "retry" : "given-up" });
    return false;
  }

  const timer = setInterval(drain, everyMs);
  timer.unref();
  return {
    drain,
    soon: () => {
      for (const delayMs of lookAgainMs) setTimeout(drain, delayMs).unref();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await draining;
    },
  };
}

export function createMailMetrics(registry: Registry) {
  const registers = [registry];
  return {
    mails: new Counter({
      name: "mails_total",
      help: "Mail by outcome: sent, retry, refused, no-account, given-up",
      labelNames: ["outcome"],
      registers,
    }),
    repeated: new Counter({
      name: "mails_repeated_total",
      help: "Mail that is sent once more as the end of its last try is not known",
      registers,
    }),
  };
}

export type MailMetrics = ReturnType<typeof createMailMetrics>;
