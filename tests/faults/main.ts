import { parseArgs } from "node:util";
import { bringUp } from "#commands/local/bring-up.ts";
import { withConfig } from "#commands/local/config-copy.ts";
import { Refusal, run } from "#commands/run.ts";
import { requireApi, requireStack, type Stack } from "../e2e/stack.ts";
import { createEngine } from "./engine.ts";
import { type Examination, examine, type Outcome } from "./examine.ts";
import type { Fault } from "./fault.ts";
import { choose, faultsOf } from "./faults.ts";
import { brokenLine, deviationsIn, examples, heading, line } from "./report.ts";
import { tamperings, tamperWhileStopped } from "./tamper.ts";
import { createWitness, type Witness } from "./witness.ts";

const usage = `Usage: npm run faults [-- --fault name --seconds 20 --rate 50]

Kills one process of the local stack after the other while tasks are created, has Pulumi bring it
back, and checks that every acknowledged task has exactly one entry in the log, in order.

  --fault    only this one; may be given several times: none, a service (backend, its
             second replica backend-2), its sidecar (backend-sidecar), kafka, redis, postgres,
             scheduler, sentry
  --replicas as many of each service, for the time of the examination (as the stack has them)
  --seconds  how long tasks are created; longer if the repair takes longer (20)
  --rate     tasks a second (50)
  --cluster  the address of the system on the cluster of this machine: pods are killed and rolled there
  --prove    instead show that the check finds lost and swapped events: some are tampered with
  --help     print this

Exits with 1 on any deviation. Ctrl-C ends the load and leaves the stack; a repair is finished.`;

type Plan = {
  readonly examination: Examination;
  /** What speaks against this outcome; none when it passed. */
  readonly objections: (outcome: Outcome) => string[];
};

const settleMs = 120_000;
/** What was taken out never arrives: there is nothing to wait for as long as that. */
const provedSettleMs = 20_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fault: { type: "string", multiple: true },
      seconds: { type: "string", default: "20" },
      rate: { type: "string", default: "50" },
      replicas: { type: "string" },
      cluster: { type: "string" },
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
    return onCluster(values.cluster, values.fault, { loadMs, rate });
  }
  if (values.replicas === undefined) return onLocalStack([], values, { loadMs, rate });
  requireStack();
  const options = withConfig("replicas", { replicas: positive("--replicas", values.replicas) });
  if ((await bringUp(options)) !== 0) return 1;
  try {
    return await onLocalStack(options, values, { loadMs, rate });
  } finally {
    await bringUp([]);
  }
}

type Size = Pick<Examination, "loadMs" | "rate">;
type Choice = { readonly fault?: string[] | undefined; readonly prove: boolean };

async function onLocalStack(
  upOptions: readonly string[],
  { fault, prove }: Choice,
  size: Size,
): Promise<number> {
  const stack = requireStack();
  const faults = choose(faultsOf(stack, createEngine(stack, upOptions)), fault, false);
  await requireApi(stack.baseUrl);
  const witness = createWitness(stack);
  const plans = prove
    ? provingPlans(stack, witness, size)
    : faults.map((fault) => faultPlan(fault, size));
  try {
    return await runAll(stack, witness, plans);
  } finally {
    await witness.close();
  }
}

/** The same examination of the system on a cluster, which repairs itself. */
async function onCluster(
  baseUrl: string,
  chosen: readonly string[] | undefined,
  size: Size,
): Promise<number> {
  const { clusterFaults, clusterStack } = await import("./cluster.ts");
  const stack = clusterStack(baseUrl);
  await requireApi(baseUrl);
  const faults = choose(clusterFaults(), chosen, false);
  const witness = createWitness(stack);
  const plans = faults.map((fault) => faultPlan(fault, size));
  try {
    return await runAll(stack, witness, plans);
  } finally {
    await witness.close();
  }
}

const faultPlan = ({ name, strike }: Fault, size: Size): Plan => ({
  examination: { ...size, name, users: 200, settleMs, disturb: strike },
  objections: deviationsIn,
});

// Few users, so that each has several events waiting when two of them are to change places.
const provingPlans = (stack: Stack, witness: Witness, size: Size): Plan[] =>
  tamperings.map((tampering) => {
    let taskIds: string[] = [];
    return {
      examination: {
        ...size,
        name: tampering.name,
        users: 20,
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
    };
  });

async function runAll(
  stack: Pick<Stack, "baseUrl">,
  witness: Witness,
  plans: readonly Plan[],
): Promise<number> {
  const interruption = new AbortController();
  process.once("SIGINT", () => {
    console.log("\ninterrupted: the load ends, the stack stays (a repair under way is finished)");
    interruption.abort();
  });
  let failed = 0;
  console.log(heading());
  for (const { examination, objections } of plans) {
    try {
      const outcome = await examine(stack, witness, examination, interruption.signal);
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
