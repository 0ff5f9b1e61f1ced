import { parseArgs } from "node:util";
import { examine } from "./doctor/checks.ts";
import type { Finding } from "./doctor/finding.ts";
import { findingsOf, readWaiting } from "./doctor/local.ts";
import { takeSnapshot } from "./doctor/snapshot.ts";
import { apiOf, whereOptions, whereServicesAre } from "./doctor/where.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run doctor -- --stack dev [--namespace todo] [--kubeconfig file] [--context name]

Looks at a stack that runs on Kubernetes and says what is wrong and what to do: pods, sidecars,
components, topics, users, events that wait, dead letters, objects that cannot be deleted. Of the
local stack (--stack local) it looks at events that wait and at dead letters. Changes nothing. Exits with 1 when something is broken.

  -s, --stack     whose configuration (Pulumi.<stack>.yaml) names cluster and namespace
  --namespace     of the services, where it is not the configuration's
  --kubeconfig    where it is not the configuration's, or KUBECONFIG
  --context       where it is not the configuration's`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { ...whereOptions, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!values.stack) {
    throw new Refusal(
      "name the stack: npm run doctor -- --stack dev, or --stack local for the one of this machine",
    );
  }
  const where = whereServicesAre(values.stack, values);
  if (where === "local") return examineLocal();
  const { namespace } = where;
  const api = apiOf(where);
  const findings = examine(await takeSnapshot(api, namespace));
  return tell(findings, `in namespace ${namespace}`);
}

/** Of the local stack, whose processes `npm run status` tells of: what waits. */
async function examineLocal(): Promise<number> {
  const findings = findingsOf(await readWaiting());
  return tell(findings, "with events of the local stack (its processes: npm run status)");
}

function tell(findings: readonly Finding[], where: string): number {
  for (const finding of findings) print(finding);
  const count = findings.filter(({ severity }) => severity === "broken").length;
  const warnings = findings.length - count;
  console.log(
    findings.length === 0
      ? `Nothing is wrong ${where}.`
      : `\n${count} broken, ${warnings} to look at, ${where}.`,
  );
  return count > 0 ? 1 : 0;
}

function print({ severity, about, fault, remedy, evidence }: Finding): void {
  console.log(`\n${severity === "broken" ? "✗" : "!"} ${about}\n  ${fault}\n  → ${remedy}`);
  if (evidence) console.log(evidence.trimEnd().replace(/^/gm, "    │ "));
}

await run(main);
