import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { readKubeconfig } from "#infra/clusters/kubeconfig.ts";
import { examine } from "./doctor/checks.ts";
import { openApi } from "./doctor/cluster-api.ts";
import type { Finding } from "./doctor/finding.ts";
import { takeSnapshot } from "./doctor/snapshot.ts";
import { Refusal, run } from "./local/run.ts";
import { clone } from "./local/stack.ts";

const help = `npm run doctor -- --stack dev [--namespace todo] [--kubeconfig file] [--context name]

Looks at a stack that runs on Kubernetes and says what is wrong and what to do: pods, sidecars,
components, topics, users, events that wait, dead letters, objects that cannot be deleted.
Changes nothing. Exits with 1 when something is broken.

  -s, --stack     whose configuration (Pulumi.<stack>.yaml) names cluster and namespace
  --namespace     of the services, where it is not the configuration's
  --kubeconfig    where it is not the configuration's, or KUBECONFIG
  --context       where it is not the configuration's`;

type Where = { namespace: string; kubeconfig: string | undefined; context: string | undefined };

/** Where the stack's configuration says it stands. Only these keys are looked at. */
function whereIs(stack: string): Where {
  const file = join(clone, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw new Refusal(`there is no stack ${stack}: ${file} does not exist`);
  }
  const config = parse(readFileSync(file, "utf8"))?.config ?? {};
  const value = (key: string) => config[`todo-evolution:${key}`];
  if (value("target") !== "kubernetes") {
    throw new Refusal(
      `the stack ${stack} does not stand on Kubernetes; for the local one: npm run status`,
    );
  }
  const cluster = value("cluster") ?? {};
  return {
    namespace: value("namespace") ?? "todo",
    kubeconfig: cluster.kubeconfig,
    context: cluster.kind === "minikube" ? (cluster.profile ?? "minikube") : cluster.context,
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", short: "s" },
      namespace: { type: "string" },
      kubeconfig: { type: "string" },
      context: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!values.stack) throw new Refusal("name the stack: npm run doctor -- --stack dev");
  const where = whereIs(values.stack);
  const namespace = values.namespace ?? where.namespace;
  const kubeconfig = readKubeconfig(values.kubeconfig ?? where.kubeconfig);
  const context = values.context ?? (values.kubeconfig ? undefined : where.context);
  const api = openApi(kubeconfig, context);
  const findings = examine(await takeSnapshot(api, namespace));
  for (const finding of findings) print(finding);
  const count = findings.filter(({ severity }) => severity === "broken").length;
  const warnings = findings.length - count;
  console.log(
    findings.length === 0
      ? `Nothing is wrong in namespace ${namespace}.`
      : `\n${count} broken, ${warnings} to look at, in namespace ${namespace}.`,
  );
  return count > 0 ? 1 : 0;
}

function print({ severity, about, fault, remedy, evidence }: Finding): void {
  console.log(`\n${severity === "broken" ? "✗" : "!"} ${about}\n  ${fault}\n  → ${remedy}`);
  if (evidence) console.log(evidence.trimEnd().replace(/^/gm, "    │ "));
}

await run(main);
