import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { replicaName } from "#infra/host/port-plan.ts";
import { otherStackOn } from "./other-stack.ts";
import { refreshOutputs, type StackOutputs } from "./outputs.ts";
import {
  configuredPortBase,
  ensureToolchain,
  prepareState,
  refuseWhileAnotherWorks,
  runPulumi,
  stack,
} from "./stack.ts";

/** Finds or builds the programs, runs `pulumi up`, and tells what is up. Resolves to an exit code. */
export async function bringUp(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await ensureToolchain(console.log);
  // An option may name another range.
  const inTheWay = args.length === 0 && otherStackOn(stack.folder, configuredPortBase());
  if (inTheWay) throw new Refusal(inTheWay);
  await prepareState();
  refuseWhileAnotherWorks();

  const changes = await up(args);
  if (changes === undefined) {
    console.error(
      "\nThe stack is not up. What came up stays; mend the cause above and run the same command " +
        "again: it goes on from there. Logs: npm run logs -- <name>",
    );
    return 1;
  }
  const outputs = await refreshOutputs();
  const idle = changes === 0 ? [] : await consumersWithoutPartitions(outputs);
  if (idle.length > 0) console.warn(`${idle.join(", ")}: not consuming events yet`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  report(outputs, changes, seconds);
  return 0;
}

// Loaded only after a change: the client costs a quarter of a second.
async function consumersWithoutPartitions(outputs: StackOutputs): Promise<string[]> {
  const { waitUntilConsuming } = await import("./consuming.ts");
  return waitUntilConsuming(outputs);
}

/** Runs the engine; the number of changed resources, or undefined when it failed. */
async function up(args: readonly string[]): Promise<number | undefined> {
  const folder = mkdtempSync(join(stack.folder, "events-"));
  const eventLog = join(folder, "events.json");
  try {
    const run = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--event-log", eventLog];
    const { code } = await runPulumi([...run, ...args]);
    if (code !== 0) return undefined;
    return changesIn(readFileSync(eventLog, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changesIn(eventLog: string): number {
  const events = eventLog.split("\n").filter(Boolean);
  for (const line of events.reverse()) {
    const { summaryEvent } = JSON.parse(line) as {
      summaryEvent?: { resourceChanges?: Record<string, number> };
    };
    if (!summaryEvent) continue;
    const counts = Object.entries(summaryEvent.resourceChanges ?? {});
    return counts.reduce((sum, [kind, count]) => (kind === "same" ? sum : sum + count), 0);
  }
  return 0;
}

function report(outputs: StackOutputs, changes: number, seconds: string): void {
  const toLookAt = [
    ["the page", outputs.baseUrl],
    ["for operators", `${outputs.ops} (${operatorOf(outputs)})`],
    ["mail", outputs.mail && `${outputs.mail} (what was sent)`],
    ["traces", outputs.zipkin],
    ["the API", `${outputs.baseUrl}/docs`],
  ];
  const behind = [
    ...Object.entries(outputs.services).flatMap(([appId, { urls }]) =>
      urls.map((url, index) => [replicaName(appId, index), url]),
    ),
    ...Object.entries(outputs.services).flatMap(([appId, { sidecarUrls }]) =>
      sidecarUrls.map((url, index) => [`${replicaName(appId, index)}-sidecar`, url]),
    ),
    ["kafka", `${outputs.kafka.brokers[0]} (${outputs.kafka.mechanism})`],
    ["postgres", new URL(outputs.postgres.adminUrl).host],
    ["redis", outputs.redis],
    ["sentry", outputs.dapr.sentry],
    ["scheduler", outputs.dapr.scheduler],
  ];
  const done = changes === 0 ? "Nothing changed, all of it was up" : "The stack is up";
  console.log(`\n${done} (${seconds} s). Its processes:\n\n${columns(behind)}`);
  console.log(`\nOpen in a browser:\n\n${columns(toLookAt)}`);
  console.log(`
Or by a program, a first request:

  SESSION=$(curl -sSf -o /dev/null -D - ${outputs.baseUrl}/api/auth/sign-up/email -d '{"name":"Alice","email":"alice@todo.example","password":"correct horse"}' | sed -n 's/^set-auth-token: *\\([^[:space:]]*\\).*/\\1/ip')
  TOKEN=$(curl -s ${outputs.baseUrl}/api/auth/token -H "Authorization: Bearer $SESSION" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s ${outputs.baseUrl}/api/tasks -H "Authorization: Bearer $TOKEN" -d '{"title":"Read the README"}'
  curl -s ${outputs.baseUrl}/api/activity -H "Authorization: Bearer $TOKEN"

Next: npm run status · npm run logs -- backend · npm run e2e · npm run down`);
}

/** A line for each that is there, its name before it. */
function columns(rows: readonly (readonly (string | undefined)[])[]): string {
  const shown = rows.filter(([, where]) => where !== undefined);
  const width = Math.max(...shown.map(([name]) => name?.length ?? 0));
  return shown.map(([name = "", where]) => `  ${name.padEnd(width)}  ${where}`).join("\n");
}

const operatorOf = ({ operator: { email, password } }: StackOutputs): string =>
  email ? `sign in as ${email} with ${password}` : "no operator is configured";
