import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bringUp } from "#commands/local/bring-up.ts";
import { withConfig } from "#commands/local/config-copy.ts";
import { Refusal, run } from "#commands/run.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { findStack, requireApi, requireStack } from "../e2e/stack.ts";
import { distributionOf } from "./distribution.ts";
import { describeMachine, load } from "./machine.ts";
import { bare } from "./measures/bare.ts";
import type { Bench, Measure } from "./measures/bench.ts";
import { broker } from "./measures/broker.ts";
import { coldStart } from "./measures/cold-start.ts";
import { command, preview } from "./measures/commands.ts";
import { effectDelay } from "./measures/effect-delay.ts";
import { consumerEffects, publish, relay } from "./measures/events.ts";
import { fanOut } from "./measures/fan-out.ts";
import { burst, sustained } from "./measures/load.ts";
import { previews } from "./measures/previews.ts";
import { profile } from "./measures/profile.ts";
import { reminderLateness } from "./measures/reminders.ts";
import { type Measurement, markdownOf, type Report, verdictsOf } from "./report.ts";
import { createSystem } from "./system.ts";

type Measures = Readonly<Record<string, Measure>>;

/** On the stack as its configuration has it. */
const asConfigured: Measures = { preview };

/** These have traces kept as often as they ask for. */
const withSampling: Measures = {
  "cold-start": coldStart,
  broker,
  bare,
  publish,
  relay,
  consumer: consumerEffects,
  reminders: reminderLateness,
  "effect-delay": effectDelay,
  "fan-out": fanOut,
  burst,
  sustained,
  profile,
};

/** These need no stack. */
const alone: Readonly<Record<string, (signal: AbortSignal) => Promise<Measurement[]>>> = {
  previews,
};

const ofStack: Measures = { ...asConfigured, ...withSampling };
const names = [...Object.keys(ofStack), ...Object.keys(alone)];

const usage = `Usage: npm run bench -- --out DIR [--only name --seconds 60]

Measures section 8 of the specification against the local stack, and writes report.json and
report.md into DIR. Brings the stack up if it is not, and then takes it down again. Adds some ten
thousand tasks and events to the stack. Takes about twelve minutes.

  --out      where the report goes
  --only     one of the measures; may be given several times: ${names.join(", ")};
             previews alone wants no stack, but etcd on PATH, and is left out where there is none
  --seconds  how long the sustained load lasts, and the others at most (60)
  --sampling share of the requests whose trace is kept meanwhile (0.1, as in prod)
  --help     print this

Exits with 1 when a floor is missed or something could not be measured that should be.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      only: { type: "string", multiple: true },
      seconds: { type: "string", default: "60" },
      sampling: { type: "string", default: "0.1" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!values.out) throw new Refusal(`--out is not set: where the report goes\n\n${usage}`);
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 600) {
    throw new Refusal(`--seconds ${values.seconds} is not a whole number from 5 to 600`);
  }
  const sampling = Number(values.sampling);
  if (!(sampling >= 0 && sampling <= 1)) {
    throw new Refusal(`--sampling ${values.sampling} is not a number from 0 to 1`);
  }
  const unknown = values.only?.find((name) => !names.includes(name));
  if (unknown) {
    throw new Refusal(`--only ${unknown} is unknown: ${names.join(", ")}`);
  }
  const wantsStack = values.only?.some((name) => Object.hasOwn(ofStack, name)) ?? true;
  if (wantsStack) await ensurePrograms(["k6"], { log: () => {} });

  const ending = new AbortController();
  const end = () => ending.abort(new Refusal("ended by a signal"));
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  const since = performance.now();
  const startedAt = new Date().toISOString();
  const loadAtStart = load();
  const measurements = [
    ...(wantsStack ? await withStack(values.only, ending.signal, { seconds, sampling }) : []),
    ...(await measureAlone(values.only, ending.signal)),
  ];
  const report: Report = {
    machine: describeMachine(loadAtStart),
    startedAt,
    sampling,
    tookSeconds: (performance.now() - since) / 1_000,
    verdicts: verdictsOf(measurements),
    measurements,
  };
  write(resolve(values.out), report);
  return isGood(report, values.only === undefined) ? 0 : 1;
}

/** Brings the stack up where it is not, measures, and leaves it as it was. */
async function withStack(
  only: readonly string[] | undefined,
  signal: AbortSignal,
  { seconds, sampling }: { readonly seconds: number; readonly sampling: number },
): Promise<Measurement[]> {
  const wasUp = findStack() !== undefined;
  const measurements: Measurement[] = [];
  if (wasUp) {
    const notMeasured = "the stack was up already: run `npm run down` before";
    measurements.push({ name: "npm start", notMeasured });
  } else {
    console.log("npm start");
    const values = distributionOf([await command(signal, "start")]);
    measurements.push({ name: "npm start", unit: "ms", values, note: "with all programs built" });
  }
  try {
    measurements.push(...(await measureAll(chosen(asConfigured, only), signal, seconds)));
    const rest = chosen(withSampling, only);
    if (rest.length > 0) {
      if ((await bringUp(withConfig("sampling", { sampling }))) !== 0) {
        throw new Refusal(`the stack did not come up with sampling ${sampling}`);
      }
      measurements.push(...(await measureAll(rest, signal, seconds)));
    }
  } finally {
    if (wasUp) await bringUp([]);
    else await command(new AbortController().signal, "down");
  }
  return measurements;
}

const chosen = (measures: Measures, only: readonly string[] | undefined): [string, Measure][] =>
  Object.entries(measures).filter(([name]) => only?.includes(name) ?? true);

async function measureAlone(
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [name, measure] of Object.entries(alone)) {
    if (only && !only.includes(name)) continue;
    console.log(name);
    measurements.push(...(await attempt(name, () => measure(signal))));
  }
  return measurements;
}

/** What was measured, told as it comes; or that it failed, and why. */
async function attempt(
  name: string,
  measure: () => Promise<Measurement[]>,
): Promise<Measurement[]> {
  try {
    const measured = await measure();
    for (const one of measured) console.log(lineOf(one));
    return measured;
  } catch (error) {
    const reason = error instanceof Refusal ? error.message : `failed: ${(error as Error).message}`;
    console.error(`  ${reason}`);
    return [{ name, notMeasured: reason }];
  }
}

async function measureAll(
  measures: readonly [string, Measure][],
  signal: AbortSignal,
  seconds: number,
): Promise<Measurement[]> {
  const stack = requireStack();
  await requireApi(stack.baseUrl);
  const system = createSystem(stack, signal);
  const bench: Bench = { system, seconds, signal, log: console.log };
  const measurements: Measurement[] = [];
  try {
    for (const [name, measure] of measures) {
      if (signal.aborted) {
        // What was measured until then is told all the same.
        measurements.push({ name, notMeasured: "the run was ended before" });
        continue;
      }
      console.log(name);
      const measured = await attempt(name, async () => {
        await system.drained(120_000);
        return measure(bench);
      });
      measurements.push(...measured);
    }
  } finally {
    await system.close();
  }
  return measurements;
}

function lineOf(one: Measurement): string {
  if ("notMeasured" in one) return `  ${one.name}: not measured, ${one.notMeasured}`;
  const { mean, p50, p95, max, n } = one.values;
  const [a, b, c, d] = [mean, p50, p95, max].map((value) => value.toPrecision(4));
  return `  ${one.name} ${one.unit}: mean ${a}, p50 ${b}, p95 ${c}, max ${d}, n ${n}; ${one.note ?? ""}`;
}

function write(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  const text = markdownOf(report);
  writeFileSync(join(folder, "report.md"), text);
  console.log(`\n${text}\n${join(folder, "report.md")}`);
}

/** Whether no floor was missed and, in a whole run, every row was measured. */
const isGood = ({ verdicts, measurements }: Report, isWhole: boolean): boolean =>
  !verdicts.some(
    ({ verdict }) => verdict === "missed" || (isWhole && verdict === "not measured"),
  ) && !measurements.some((one) => "notMeasured" in one && one.notMeasured.startsWith("failed"));

await run(main);
