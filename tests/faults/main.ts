import { parseArgs } from "node:util";
import { bringUp } from "#commands/local/bring-up.ts";
import { withConfig } from "#commands/local/config-copy.ts";
import { Refusal, run } from "#commands/run.ts";
import { requireApi, requireStack, type Stack } from "../e2e/stack.ts";
import { awayFaults } from "./away.ts";
import { createEngine } from "./engine.ts";
import { type Examination, examine, type Outcome } from "./examine.ts";
import type { Fault } from "./fault.ts";
import { choose, killsOf } from "./faults.ts";
import { brokenLine, deviationsIn, examples, heading, line, troublesIn } from "./report.ts";
import { rollingRestarts } from "./rolling.ts";
import { tamperings, tamperWhileStopped } from "./tamper.ts";
import { tamperWithEffects } from "./tamper-effects.ts";
import { createWitness, type Witness } from "./witness.ts";

const usage = `Usage: npm run faults [-- --fault name --seconds 20 --rate 50]

Kills one process of the local stack after the other under load, has Pulumi bring it back, and
checks that every acknowledged change has exactly one entry in the log, in order, every reminder
one notification and one mail, every completed task of a series one that follows it; and that a
client of every user was told each change over WebSockets once and in order.

  --fault    only this one; may be given several times: none, a service (backend, its
             second replica backend-2), its sidecar (backend-sidecar), kafka, redis, postgres,
             scheduler, sentry; and those that take minutes: redis-away, redis-silent,
             kafka-away, kafka-silent, audit-database-away, notification-database-away,
             rolling-restarts
  --long     those that take minutes, too
  --for      how many seconds something is away (60)
  --rounds   how often a rolling restart goes over everything (10)
  --replicas as many of each service, for the time of the examination (as the stack has them)
  --seconds  how long tasks are created; longer if the repair takes longer (20)
  --rate     tasks a second (50)
  --cluster  the address of the system on the cluster of this machine: pods are killed and rolled there
  --sync     where sync is there; without it nobody follows changes over WebSockets
  --prove    instead show that the check finds lost, swapped and doubled events and effects: some
             are tampered with
  --help     print this

Exits with 1 on any deviation. Ctrl-C ends the load and leaves the stack; a repair is finished.`;

type Plan = {
  readonly examination: Examination;
  /** What speaks against this outcome; none when it passed. */
  readonly objections: (outcome: Outcome) => string[];
};

/** Mail goes one at a time: what a minute without Kafka held up takes minutes to go out. */
const settleMs = 300_000;
/** What was taken out never arrives: there is nothing to wait for as long as that. */
const provedSettleMs = 20_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fault: { type: "string", multiple: true },
      seconds: { type: "string", default: "20" },
      rate: { type: "string", default: "50" },
      long: { type: "boolean", default: false },
      for: { type: "string", default: "60" },
      rounds: { type: "string", default: "10" },
      replicas: { type: "string" },
      cluster: { type: "string" },
      sync: { type: "string" },
      prove: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const loadMs = positive("--seconds", values.seconds) * 1_000;
  const rate = positive("--rate", values.rate);
  if (values.cluster !== undefined) {
    const where = { baseUrl: values.cluster, syncUrl: values.sync };
    return onCluster(where, values.fault, { loadMs, rate });
  }
  const choice = {
    ...{ names: values.fault, withLong: values.long, prove: values.prove },
    ...{
      awayMs: positive("--for", values.for) * 1_000,
      rounds: positive("--rounds", values.rounds),
    },
  };
  if (values.replicas === undefined) return onLocalStack([], choice, { loadMs, rate });
  requireStack();
  const options = withConfig("replicas", { replicas: positive("--replicas", values.replicas) });
  if ((await bringUp(options)) !== 0) return 1;
  try {
    return await onLocalStack(options, choice, { loadMs, rate });
  } finally {
    await bringUp([]);
  }
}

type Size = Pick<Examination, "loadMs" | "rate">;
/** Where the API is, and where WebSockets are opened, if anywhere. */
type Where = { readonly baseUrl: string; readonly syncUrl: string | undefined };
type Choice = {
  readonly names: string[] | undefined;
  readonly withLong: boolean;
  readonly prove: boolean;
  readonly awayMs: number;
  readonly rounds: number;
};

async function onLocalStack(
  upOptions: readonly string[],
  { names, withLong, prove, awayMs, rounds }: Choice,
  size: Size,
): Promise<number> {
  const stack = requireStack();
  const witness = createWitness(stack);
  const engine = createEngine(stack, upOptions);
  const faults = [
    ...killsOf(stack, engine),
    ...awayFaults(stack, engine, witness.sql, awayMs),
    rollingRestarts(stack, engine, rounds),
  ];
  const chosen = choose(faults, names, withLong);
  await requireApi(stack.baseUrl);
  const plans = prove
    ? provingPlans(stack, witness, size)
    : chosen.map((fault) => faultPlan(fault, size));
  try {
    return await runAll({ ...stack, syncUrl: stack.baseUrl }, witness, plans);
  } finally {
    await witness.close();
  }
}

/** The same examination of the system on a cluster, which repairs itself. */
async function onCluster(
  where: Where,
  chosen: readonly string[] | undefined,
  size: Size,
): Promise<number> {
  const { clusterFaults, clusterStack } = await import("./cluster.ts");
  const stack = clusterStack(where.baseUrl);
  await requireApi(where.baseUrl);
  const faults = choose(clusterFaults(), chosen, false);
  const witness = createWitness(stack);
  const plans = faults.map((fault) => faultPlan(fault, size));
  try {
    return await runAll(where, witness, plans);
  } finally {
    await witness.close();
  }
}

const faultPlan = ({ name, strike, sparesRequests }: Fault, size: Size): Plan => ({
  examination: { ...size, name, users: 200, mix: "full", settleMs, disturb: strike },
  objections: (outcome) => [
    ...(sparesRequests ? troublesIn(outcome) : []),
    ...deviationsIn(outcome),
  ],
});

// Few users, so that each has several events waiting when two of them are to change places.
const provingPlans = (stack: Stack, witness: Witness, size: Size): Plan[] => [
  ...tamperings.map((tampering) => {
    let taskIds: string[] = [];
    return {
      examination: {
        ...size,
        name: tampering.name,
        users: 20,
        mix: "plain",
        settleMs: provedSettleMs,
        disturb: async (userIds) => {
          taskIds = await tamperWhileStopped(stack, witness, tampering, userIds);
          return undefined;
        },
      },
      objections: (outcome) =>
        tampering.isFound(outcome.findings, taskIds)
          ? []
          : [`tampered with ${taskIds.join(", ")}; found:`, ...deviationsIn(outcome)],
    } satisfies Plan;
  }),
  effectsPlan(witness, size),
];

function effectsPlan({ sql }: Witness, size: Size): Plan {
  let expected: string[] = [];
  return {
    examination: {
      ...{ ...size, name: "prove: effects", users: 20, mix: "full", settleMs },
      disturb: async () => undefined,
      afterwards: async (consequences) => {
        expected = await tamperWithEffects(sql, consequences);
      },
    },
    objections: (outcome) => {
      const found = deviationsIn(outcome);
      const isAll = found.length === expected.length && expected.every((it) => found.includes(it));
      return isAll ? [] : ["expected:", ...expected, "found:", ...found];
    },
  };
}

async function runAll(where: Where, witness: Witness, plans: readonly Plan[]): Promise<number> {
  const interruption = new AbortController();
  process.once("SIGINT", () => {
    console.log("\ninterrupted: the load ends, the stack stays (a repair under way is finished)");
    interruption.abort();
  });
  let failed = 0;
  console.log(heading());
  for (const { examination, objections } of plans) {
    try {
      const outcome = await examine(where, witness, examination, interruption.signal);
      const against = objections(outcome);
      console.log(line(outcome, against.length === 0));
      if (against.length > 0) console.log(examples(against));
      failed += against.length > 0 ? 1 : 0;
    } catch (error) {
      if (interruption.signal.aborted) process.exit(130); // requests under way are not waited for
      console.log(brokenLine(examination.name, (error as Error).message));
      failed++;
    }
  }
  console.log(`${plans.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Refusal(`${option} ${text} is not a number above 0`);
}

await run(main);
