import { distributionOf, isFlat, ratesOf } from "../distribution.ts";
import { type LoadResult, runLoad, users } from "../k6.ts";
import { perPiece, processorTimes } from "../processor-time.ts";
import type { Measurement } from "../report.ts";
import { floorOf } from "../rows.ts";
import type { Sample } from "../system.ts";
import type { Bench } from "./bench.ts";

const drainWithinMs = 180_000;
/** Whose tasks every load makes. */
export const accounts = 1_000;
const tryTimes = 4;
/** Where none of them held. */
const mostTries = 8;

/** A burst of 20 s at most, as fast as it is taken, and everything delivered afterwards. */
export async function burst(bench: Bench): Promise<Measurement[]> {
  const { system, signal } = bench;
  const seconds = Math.min(20, bench.seconds);
  const { tokens } = await system.accounts(accounts);
  const before = await system.sample();
  const used = processorTimes(system.stack.stackFolder);
  const load = runLoad({ baseUrl: system.stack.baseUrl, tokens, seconds, signal });
  const { result, samples } = await system.during(load);
  const since = performance.now();
  await system.drained(drainWithinMs);
  const drainMs = performance.now() - since;
  const costs = perPiece(used, processorTimes(system.stack.stackFolder), result.created);
  const { effects } = await system.sample();
  const delivered = effects - before.effects;
  const whole = delivered === result.created && result.failed === 0;
  const throughput = result.created / (seconds + drainMs / 1_000);
  const note =
    `${result.created} created, ${delivered} took effect, ${result.failed} refused; ` +
    `delivered ${(drainMs / 1_000).toFixed(1)} s after the end, ${Math.round(throughput)}/s over both`;
  return [
    rate("create burst", samples, result.created / seconds, { note, holds: whole }),
    latency("create burst: latency", result),
    {
      name: "create burst: whole way",
      unit: "/s",
      values: distributionOf([throughput]),
      note: "tasks created and delivered, over the time until the last effect",
    },
    {
      name: "create burst: processor time of a task",
      unit: "ms",
      values: distributionOf([costs.reduce((sum, { ms }) => sum + ms, 0)]),
      note: `whatever else the machine does; ${costs.map(({ name, ms }) => `${name} ${ms.toFixed(2)}`).join(", ")}`,
    },
  ];
}

/**
 * The highest rate of those tried at which the outbox and the lag stay flat. It begins with what
 * a burst shows that the whole way carries, goes up while that holds, or down until it does, and
 * then between what held and what did not.
 */
export async function sustained(bench: Bench): Promise<Measurement[]> {
  const { tokens } = await bench.system.accounts(accounts);
  const tries: Try[] = [];
  let target = Math.round(await startingRate(bench, tokens));
  const anyHeld = () => tries.some(({ held }) => held);
  while (tries.length < (anyHeld() ? tryTimes : mostTries)) {
    const last = await tryRate(bench, tokens, target);
    tries.push(last);
    bench.log(`  ${summaryOf(last)}`);
    target = Math.round(rateAfter(tries));
  }
  const byRate = tries.toSorted((one, other) => one.target - other.target);
  const chosen = byRate.findLast(({ held }) => held) ?? (byRate[0] as Try);
  return figuresOf(chosen, bench.seconds, tries.map(summaryOf).join(", "));
}

/** A load at a rate, and how the system bore it. */
type Try = {
  readonly target: number;
  readonly result: LoadResult;
  readonly samples: readonly Sample[];
  readonly delivered: number;
  readonly held: boolean;
};

/** The rate to try next: beyond all that held or below all that did not, else between the two. */
export function rateAfter(tries: readonly Pick<Try, "target" | "held">[]): number {
  const held = Math.max(0, ...tries.filter((one) => one.held).map(({ target }) => target));
  const failed = Math.min(...tries.filter((one) => !one.held).map(({ target }) => target));
  if (held === 0) return failed * 0.7;
  return failed === Number.POSITIVE_INFINITY ? held * 1.3 : (held + failed) / 2;
}

async function tryRate(bench: Bench, tokens: readonly string[], target: number): Promise<Try> {
  const { system, signal, seconds } = bench;
  const before = await system.sample();
  const load = { baseUrl: system.stack.baseUrl, tokens, seconds, rate: target, signal };
  const { result, samples } = await system.during(runLoad(load));
  await system.drained(drainWithinMs);
  const delivered = (await system.sample()).effects - before.effects;
  const whole = delivered === result.created && result.failed === 0;
  const held = whole && isHeld(samples, result, target * seconds);
  return { target, result, samples, delivered, held };
}

const summaryOf = ({ target, held }: Try): string => `${target}/s ${held ? "holds" : "does not"}`;

function figuresOf(one: Try, seconds: number, tried: string): Measurement[] {
  const { result, samples, delivered, held: holds } = one;
  const note =
    `${holds ? "outbox and lag flat" : "outbox or lag grew, or not all was sent"}; tried ${tried}; ` +
    `${users} users over ${accounts} accounts, ${result.created} created, ${delivered} took effect`;
  return [
    rate("create sustained", samples, result.created / seconds, { note, holds }),
    latency("create sustained: latency", result),
    level("create sustained: lag", samples, ({ lag }) => lag),
    level("create sustained: outbox depth", samples, ({ depth }) => depth),
    effectRate("create sustained: effects", samples),
  ];
}

/** What a short burst shows that the whole way can carry. */
async function startingRate(bench: Bench, tokens: readonly string[]): Promise<number> {
  const { system, signal } = bench;
  const seconds = 8;
  const since = performance.now();
  const { created } = await runLoad({ baseUrl: system.stack.baseUrl, tokens, seconds, signal });
  await system.drained(drainWithinMs);
  return created / ((performance.now() - since) / 1_000);
}

/**
 * Whether nearly all was sent, what waits did not grow by more than half a second's worth, and no
 * more waited than may under this load.
 */
export function isHeld(
  samples: readonly Sample[],
  { created }: Pick<LoadResult, "created">,
  wanted: number,
): boolean {
  const allowed = (created / Math.max(1, samples.length)) * 0.5;
  return (
    created > wanted * 0.97 &&
    samples.every(({ lag }) => lag < floorOf("create sustained: lag")) &&
    isFlat(
      samples.map(({ depth }) => depth),
      allowed * 2, // each task has two rows
    ) &&
    isFlat(
      samples.map(({ lag }) => lag),
      allowed,
    )
  );
}

type More = { readonly note?: string; readonly holds?: boolean };

/** How many tasks each second had; the mean is of the whole time, by what was acknowledged. */
const rate = (name: string, samples: readonly Sample[], mean: number, more: More): Measurement => {
  const counted = samples.map(({ atMs, created }) => ({ atMs, value: created }));
  return { name, unit: "/s", values: { ...distributionOf(ratesOf(counted)), mean }, ...more };
};

const effectRate = (name: string, samples: readonly Sample[]): Measurement => ({
  name,
  unit: "/s",
  values: distributionOf(ratesOf(samples.map(({ atMs, effects }) => ({ atMs, value: effects })))),
});

const level = (
  name: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): Measurement => ({ name, unit: "messages", values: distributionOf(samples.map(of)) });

const latency = (name: string, { latency: values }: LoadResult): Measurement => ({
  name,
  unit: "ms",
  values,
});
