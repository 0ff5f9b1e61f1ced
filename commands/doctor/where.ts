import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { clone } from "#commands/local/stack.ts";
import { Refusal } from "#commands/run.ts";
import { readKubeconfig } from "#infra/clusters/kubeconfig.ts";
import { type ClusterApi, configOf, openApi } from "./cluster-api.ts";

/** The options by which a command is told of a stack and of its cluster. */
export const clusterOptions = {
  stack: { type: "string", short: "s" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
} as const;

/** The same, for a command that also looks at the namespace of the services. */
export const whereOptions = { ...clusterOptions, namespace: { type: "string" } } as const;

/** What a command was told by those options. */
export type WhereTold = { readonly [K in keyof typeof whereOptions]?: string | undefined };

/** Where a stack stands in a cluster. */
export type Where = {
  readonly namespace: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
};

/** Where a stack stands: as a command was told, else as the stack's configuration says. */
export function whereIs(stack: string, told: WhereTold = {}, folder = clone): Where | "local" {
  const configured = configuredOf(stack, folder);
  if (configured === "local") return "local";
  return {
    namespace: told.namespace ?? configured.namespace,
    kubeconfig: told.kubeconfig ?? configured.kubeconfig,
    // A context is one of its kubeconfig; another one has a current context of its own.
    context: told.context ?? (told.kubeconfig ? undefined : configured.context),
  };
}

/**
 * The same of a stack that has services, about which is asked.
 * @throws Refusal for one that is a cluster by itself, with what looks at that instead
 */
export function whereServicesAre(
  stack: string,
  told: WhereTold = {},
  folder = clone,
): Where | "local" {
  if (configurationOf(stack, folder)("target") !== "cluster") return whereIs(stack, told, folder);
  throw new Refusal(
    `the stack ${stack} is a cluster by itself, with no services on it: name the stack of the ` +
      `system. What became of the cluster: pulumi preview -s ${stack} --refresh; after an engine ` +
      `that was killed: npm run recover -- -s ${stack} --unlock`,
  );
}

/** The API server of that cluster. Throws a KubeconfigError when there is no way to it. */
export const apiOf = ({ kubeconfig, context }: Where): ClusterApi =>
  openApi(readKubeconfig(kubeconfig), context);

/** What the kubeconfig of that cluster says, for what goes further than its API. */
export const kubeConfigOf = ({ kubeconfig, context }: Where) =>
  configOf(readKubeconfig(kubeconfig), context);

function configuredOf(stack: string, folder: string): Where | "local" {
  const value = configurationOf(stack, folder);
  const target = value("target");
  if (target === "local") return "local";
  // A stack that only makes a cluster stands there too.
  if (target !== "kubernetes" && target !== "cluster") {
    throw new Refusal(
      `Pulumi.${stack}.yaml does not say where the stack stands: ` +
        `pulumi config set target kubernetes -s ${stack}`,
    );
  }
  const cluster = clusterOf(value("cluster"), `Pulumi.${stack}.yaml`);
  return {
    namespace: value("namespace") ?? "todo",
    kubeconfig: cluster.kubeconfig,
    context: cluster.kind === "minikube" ? (cluster.profile ?? "minikube") : cluster.context,
  };
}

/** The configuration of a stack as its file has it, by key. */
function configurationOf(stack: string, folder: string) {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw new Refusal(`there is no stack ${stack}: ${file} does not exist`);
  }
  const config = parse(readFileSync(file, "utf8"))?.config ?? {};
  return (key: string) => config[`todo-evolution:${key}`];
}

/** The key `cluster`, which `pulumi config set` without `--path` writes as one text. */
function clusterOf(given: unknown, file: string): Readonly<Record<string, string | undefined>> {
  if (typeof given !== "string") return (given ?? {}) as Record<string, string>;
  try {
    return JSON.parse(given);
  } catch {
    throw new Refusal(`${file}: todo-evolution:cluster is neither a map nor JSON: ${given}`);
  }
}
