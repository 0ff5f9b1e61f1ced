import { appIds, contractOf } from "#apps/contracts/services.ts";
import { type DeadLetter, listDeadLetters, placesOf } from "#commands/events/dead-letters.ts";
import { withAdmin } from "#commands/events/kafka.ts";
import { type Lag, lagOf } from "#commands/events/lag.ts";
import { localAccess } from "#commands/events/local-access.ts";
import { readOutputs } from "#commands/local/outputs.ts";
import {
  findingsOfLag,
  findingsOfLetters,
  findingsOfOutboxes,
  type Outbox,
  outboxIn,
} from "./events.ts";
import type { Finding } from "./finding.ts";

/** The events of the local stack that wait somewhere. */
export type Waiting = {
  readonly lags: readonly Lag[];
  readonly letters: readonly DeadLetter[];
  /** Of the services that publish and answer. */
  readonly outboxes: readonly Outbox[];
};

const patienceMs = 2_000;

/** Reads them. Throws a Refusal when the stack is not up or Kafka does not answer. */
export async function readWaiting(): Promise<Waiting> {
  const access = localAccess();
  const [[lags, letters], outboxes] = await Promise.all([
    withAdmin(access, (admin) =>
      Promise.all([lagOf(admin), listDeadLetters(access, admin, placesOf())]),
    ),
    readOutboxes(),
  ]);
  return { lags, letters, outboxes };
}

/** What of it is wrong, with the remedies. */
export const findingsOf = ({ lags, letters, outboxes }: Waiting): Finding[] => [
  ...findingsOfOutboxes(outboxes),
  ...findingsOfLag(lags, ""),
  ...findingsOfLetters(letters, ""),
];

/** Every replica of a service tells of the same outbox: the first that answers is asked. */
async function readOutboxes(): Promise<Outbox[]> {
  const { services } = readOutputs() ?? {};
  const publishers = appIds.filter((appId) => contractOf(appId).publishes.length > 0);
  const read = publishers.map(async (app) => {
    const asked = (services?.[app]?.urls ?? []).map(async (url) => {
      const signal = AbortSignal.timeout(patienceMs);
      return (await fetch(`${url}/metrics`, { signal })).text();
    });
    const metrics = await Promise.any(asked).catch(() => undefined);
    return metrics === undefined ? [] : [outboxIn(app, metrics)];
  });
  return (await Promise.all(read)).flat();
}
