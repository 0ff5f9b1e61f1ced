import type { Logger } from "pino";
import type { EffectKind, ServiceContract } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { deadLetterTopic } from "#apps/contracts/topics.ts";
import { isAway } from "#apps/kit/database/away.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import type { Trace } from "#apps/kit/http/trace.ts";
import { currentTrace, inSpan } from "#apps/kit/tracing/scope.ts";
import type { Span, Tracer } from "#apps/kit/tracing/tracer.ts";
import { createTurns } from "#apps/kit/turns.ts";
import type { SendDeadLetter } from "./dead-letters.ts";
import type { Envelope } from "./envelope.ts";
import { InvalidEventError, parseEnvelope } from "./envelope.ts";
import { forgetReceived } from "./forget.ts";
import { inbox } from "./tables.ts";
import { createTries, poisonDelaysMs } from "./tries.ts";

/** What a handler is given beside the event, by the kind of its effect. */
type Given<K extends EffectKind> = K extends "transactional"
  ? { readonly tx: Database; readonly log: Logger }
  : { readonly log: Logger };

/**
 * What is one write by the events' own ids is given all events that came together, and each alone
 * once they fail together; everything else is given one event at a time.
 */
type Handler<T extends Topic, K extends EffectKind> = K extends "unique-key"
  ? (events: readonly Envelope<T>[]) => Promise<void>
  : (event: Envelope<T>, given: Given<K>) => Promise<void>;

/** Exactly one handler for each topic that the service declares, typed by its event and effect. */
export type Handlers<S extends ServiceContract> = {
  readonly [T in keyof S["subscribes"] & Topic]: Handler<T, S["subscribes"][T] & EffectKind>;
};

/** A record as the broker had it. */
export type Delivery = {
  readonly bytes: Uint8Array;
  readonly key?: string | undefined;
  readonly partition?: string | undefined;
  readonly offset?: string | undefined;
  /** What an operator's record says, see operatorHeaders: for whom it is, and what to forget. */
  readonly addressee?: string | undefined;
  readonly forgetSince?: string | undefined;
};

/** `SUCCESS`: done for good, go on. `RETRY`: something is away, deliver it again. */
export type Verdict = "SUCCESS" | "RETRY";

export type Outcome = "applied" | "duplicate" | "dead-lettered" | "dropped" | "retry" | "skipped";

export type ReceiverDeps = {
  readonly appId: string;
  readonly database: Database | undefined;
  readonly sendDeadLetter: SendDeadLetter;
  /** Rejects when something that the handlers need is away. */
  readonly ping: () => Promise<void>;
  readonly log: Logger;
  readonly tracer?: Tracer;
  readonly observe?: (topic: Topic, outcome: Outcome, event?: Envelope<Topic>) => void;
  /** Waits between the tries of a handler that throws, in ms. */
  readonly retryDelaysMs?: readonly number[] | undefined;
};

/**
 * Takes records of one partition, in their order, and says of each what is to become of it. More
 * than one come together where their effects need no order, so that one that waits or fails is
 * passed by those behind it in its batch.
 */
export type Receive = (topic: Topic, deliveries: readonly Delivery[]) => Promise<Verdict[]>;

/** A record that was read: its event, or what is to become of it as it is. */
type Coming = {
  readonly topic: Topic;
  readonly effect: EffectKind;
  readonly delivery: Delivery;
  readonly event: Envelope<Topic>;
  readonly log: () => Logger;
};
type Opened = Coming | { readonly verdict: Verdict };

/** Handlers of one batch: each may call another service, which has to bear them all. */
const mostAtATime = 10;

/**
 * Runs the handlers of a service and sorts their failures: what is away is waited for, what is
 * poison is tried three more times and then set aside with its error, so that the rest goes on.
 *
 * Whatever has to wait is given back at once: the sidecar delivers it again every second, and keeps
 * what is behind it in its partition, so that no request of it is held open meanwhile.
 */
export function createReceiver<S extends ServiceContract>(
  contract: S,
  handlers: Handlers<S>,
  deps: ReceiverDeps,
): Receive {
  const tries = createTries(deps.retryDelaysMs ?? poisonDelaysMs);

  return async (topic, deliveries) => {
    const effect = contract.subscribes[topic];
    if (!effect) throw new Error(`${deps.appId} does not subscribe to ${topic}`);
    if (effect === "transactional") {
      const verdicts: Verdict[] = [];
      for (const one of deliveries) verdicts.push(await settle(await open(topic, effect, one)));
      return verdicts;
    }
    const opened = await Promise.all(deliveries.map((one) => open(topic, effect, one)));
    const events = opened.flatMap((one) => ("event" in one ? [one] : []));
    const together =
      effect === "unique-key" && events.length > 1 ? await applyTogether(events) : "apart";
    // What is written alone after all is written in the same order.
    const inTurn = createTurns(effect === "unique-key" ? 1 : mostAtATime);
    return Promise.all(
      opened.map((one) =>
        "event" in one && together !== "apart" ? together : inTurn(() => settle(one)),
      ),
    );
  };

  /** Reads a record; what is no event, or not for now, has its verdict without being handled. */
  async function open(topic: Topic, effect: EffectKind, delivery: Delivery): Promise<Opened> {
    if (delivery.addressee !== undefined && delivery.addressee !== deps.appId) {
      deps.observe?.(topic, "skipped");
      return { verdict: "SUCCESS" };
    }
    if (delivery.forgetSince !== undefined) {
      const log = logOf(topic, delivery)();
      return { verdict: await forget(topic, delivery.forgetSince, log) };
    }
    try {
      const event = parseEnvelope(topic, delivery.bytes);
      if (tries.isEarly(event.id)) return { verdict: "RETRY" };
      return { topic, effect, delivery, event, log: logOf(topic, delivery, event) };
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      const log = logOf(topic, delivery)();
      return { verdict: await setAside(topic, effect, delivery, error, 1, log) };
    }
  }

  // Made when something is said: most events come and go without a word.
  function logOf(
    topic: Topic,
    { partition, offset }: Delivery,
    event?: Envelope<Topic>,
  ): () => Logger {
    let made: Logger | undefined;
    return () => {
      const named = event && { event: event.id, trace: event.traceid };
      made ??= deps.log.child({ topic, partition, offset, ...named });
      return made;
    };
  }

  async function settle(one: Opened): Promise<Verdict> {
    if ("verdict" in one) return one.verdict;
    const span = startSpan(one);
    if (!deps.tracer || !span) return process(one);
    const verdict = await inSpan(deps.tracer, span, () => process(one));
    endSpan(span, one, verdict);
    return verdict;
  }

  /** One write for all; `apart` when something of it fails that each has to show for itself. */
  async function applyTogether(all: readonly Coming[]): Promise<Verdict | "apart"> {
    const [first] = all;
    if (!first) return "SUCCESS";
    const { topic, log } = first;
    const spans = all.map(startSpan);
    try {
      await handlerOf(topic, "unique-key")(all.map(({ event }) => event));
    } catch (error) {
      if (!(await isAwayNow(error))) return "apart";
      log().warn(
        { error: reasonOf(error), events: all.length },
        "events wait: something they need is away",
      );
      for (const [index, one] of all.entries()) {
        deps.observe?.(topic, "retry");
        endSpan(spans[index], one, "RETRY");
      }
      return "RETRY";
    }
    for (const [index, one] of all.entries()) {
      tries.forget(one.event.id);
      deps.observe?.(topic, "applied", one.event);
      endSpan(spans[index], one, "SUCCESS");
    }
    return "SUCCESS";
  }

  function startSpan({ topic, event }: Coming): Span | undefined {
    return deps.tracer?.start(`consume ${topic}`, "CONSUMER", parentOf(event));
  }

  function endSpan(span: Span | undefined, { event }: Coming, verdict: Verdict): void {
    if (!span?.trace.sampled) return;
    const tags = { "event.id": event.id, "event.sequence": String(event.sequence), verdict };
    span.end({ tags, error: verdict === "SUCCESS" ? undefined : "waits" });
  }

  async function process({ topic, effect, event, delivery, log }: Coming): Promise<Verdict> {
    const beganMs = performance.now();
    try {
      const outcome = await apply(topic, effect, event, log);
      tries.forget(event.id);
      deps.observe?.(topic, outcome, event);
      return "SUCCESS";
    } catch (error) {
      if (await isAwayNow(error)) {
        log().warn({ error: reasonOf(error) }, "event waits: something it needs is away");
        deps.observe?.(topic, "retry");
        return "RETRY";
      }
      const attempts = tries.failuresOf(event.id) + 1;
      // A redriven event that is poison still goes back at once: a hundred of them, each with
      // all its tries, would hold their partition up for half an hour.
      const isRedriven = delivery.addressee !== undefined;
      const delayMs = isRedriven ? undefined : tries.plan(event.id, beganMs);
      if (delayMs === undefined) {
        const verdict = await setAside(topic, effect, delivery, error, attempts, log());
        if (verdict === "SUCCESS") tries.forget(event.id);
        return verdict;
      }
      log().warn({ attempts, delayMs, error: reasonOf(error) }, "handler failed, trying again");
      return "RETRY";
    }
  }

  async function apply(
    topic: Topic,
    effect: EffectKind,
    event: Envelope<Topic>,
    log: () => Logger,
  ): Promise<"applied" | "duplicate"> {
    if (effect === "unique-key") {
      await handlerOf(topic, effect)([event]);
      return "applied";
    }
    // Made where it is asked for.
    const given = {
      get log() {
        return log();
      },
    };
    if (effect !== "transactional") {
      await handlerOf(topic, effect)(event, given);
      return "applied";
    }
    if (!deps.database) throw new Error(`${deps.appId} has a transactional effect but no database`);
    return deps.database.transaction(async (tx) => {
      const recorded = await tx
        .insert(inbox)
        .values({ eventId: event.id })
        .onConflictDoNothing()
        .returning({ eventId: inbox.eventId });
      if (recorded.length === 0) return "duplicate";
      await handlerOf(topic, effect)(event, { tx: tx as unknown as Database, log: log() });
      return "applied";
    });
  }

  // The types of Handlers tie each topic to its event and effect; here all are one.
  function handlerOf<K extends EffectKind>(topic: Topic, _effect: K): Handler<Topic, K> {
    const handler = (handlers as Record<string, unknown>)[topic];
    if (!handler) throw new Error(`no handler for ${topic}`);
    return handler as Handler<Topic, K>;
  }

  /** Does what the record says that comes before a replay; only an inbox has to forget. */
  async function forget(topic: Topic, since: string, log: Logger): Promise<Verdict> {
    const time = new Date(since);
    if (Number.isNaN(time.getTime())) {
      log.error({ since }, "what to forget is no time; passed over");
      return "SUCCESS";
    }
    try {
      const forgotten = deps.database ? await forgetReceived(deps.database, time) : 0;
      log.warn({ since, forgotten }, "forgot which events were received, for a replay");
      return "SUCCESS";
    } catch (error) {
      log.warn({ error: reasonOf(error) }, "cannot forget now what was received");
      deps.observe?.(topic, "retry");
      return "RETRY";
    }
  }

  // An unknown error while a dependency does not answer is the dependency's, not the event's.
  async function isAwayNow(error: unknown): Promise<boolean> {
    if (isAway(error)) return true;
    return deps.ping().then(
      () => false,
      () => true,
    );
  }

  async function setAside(
    topic: Topic,
    effect: EffectKind,
    delivery: Delivery,
    error: unknown,
    attempts: number,
    log: Logger,
  ): Promise<Verdict> {
    if (effect === "ephemeral") {
      log.error({ error: reasonOf(error), attempts }, "event dropped");
      deps.observe?.(topic, "dropped");
      return "SUCCESS";
    }
    try {
      await deps.sendDeadLetter({
        topic: deadLetterTopic(topic, deps.appId),
        bytes: delivery.bytes,
        key: delivery.key,
        position: delivery.partition && `${delivery.partition}/${delivery.offset}`,
        error: reasonOf(error),
        consumer: deps.appId,
        attempts,
        failedAt: new Date(),
      });
    } catch (sendError) {
      log.warn({ error: reasonOf(sendError) }, "dead letter waits: it cannot be published now");
      deps.observe?.(topic, "retry");
      return "RETRY";
    }
    log.error({ error: reasonOf(error), attempts }, "event set aside as a dead letter");
    deps.observe?.(topic, "dead-lettered");
    return "SUCCESS";
  }
}

/** The delivery, where the sidecar hands the event's trace on with it; else the event itself. */
function parentOf(event: Envelope<Topic>): Trace | string {
  const delivery = currentTrace();
  return delivery?.traceId === event.traceid ? delivery : event.traceparent;
}
