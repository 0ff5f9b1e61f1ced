import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { clone } from "#commands/local/stack.ts";
import { Refusal } from "#commands/run.ts";

/** Where a stack stands in a cluster. */
export type Where = {
  readonly namespace: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
};

/** Where the stack's configuration says it stands: `local`, or a place in a cluster. */
export function whereIs(stack: string): Where | "local" {
  const file = join(clone, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw new Refusal(`there is no stack ${stack}: ${file} does not exist`);
  }
  const config = parse(readFileSync(file, "utf8"))?.config ?? {};
  const value = (key: string) => config[`todo-evolution:${key}`];
  if (value("target") !== "kubernetes") return "local";
  const cluster = value("cluster") ?? {};
  return {
    namespace: value("namespace") ?? "todo",
    kubeconfig: cluster.kubeconfig,
    context: cluster.kind === "minikube" ? (cluster.profile ?? "minikube") : cluster.context,
  };
}
