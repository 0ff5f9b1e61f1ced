import { Refusal } from "#commands/run.ts";
import { leastLogins } from "./deployed.ts";
import { stackOfPullRequest } from "./expired.ts";

type Config = Readonly<Record<string, unknown>>;

const project = "todo-evolution";
const key = (name: string): string => `${project}:${name}`;

/**
 * The configuration of a pull request's own stack, from that of the stack whose cluster it shares:
 * its own namespace and host, small, and counting on the platform that is there. What that stack
 * sets with `--secret` is encrypted with a key of its own and cannot be taken over.
 * @throws Refusal for a number that is none, and for a stack that is not on Kubernetes
 */
export function namespaceConfig(shared: Config, number: number): Config {
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Refusal(`--pull-request ${number} is not the number of a pull request.`);
  }
  if (shared[key("target")] !== "kubernetes") {
    const target = String(shared[key("target")]);
    throw new Refusal(`${key("target")} of the shared stack is ${target}, not kubernetes.`);
  }
  const ingress = (shared[key("ingress")] ?? {}) as { readonly host?: string };
  const observability = (shared[key("observability")] ?? {}) as object;
  const platform = (shared[key("platform")] ?? {}) as object;
  const name = stackOfPullRequest(number);
  return {
    ...withoutSecrets(shared),
    [key("size")]: "dev",
    [key("namespace")]: `todo-${name}`,
    [key("platform")]: { ...platform, mode: "shared" },
    [key("images")]: { from: "source" },
    [key("keepData")]: false,
    [key("ingress")]: { ...ingress, host: `${name}.${ingress.host ?? "todo.localhost"}` },
    [key("observability")]: { ...observability, prometheus: "none", kafkaConsole: false },
    // The tests of what stands sign up many accounts from one address.
    [key("rateLimits")]: { login: leastLogins },
  };
}

/** Without what is encrypted, wherever it is, and without the name of whom it signs in. */
function withoutSecrets(value: Config): Config {
  const isAccount = isSecret(value.password);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => !isSecret(inner) && !(isAccount && name === "username"))
      .map(([name, inner]) => [name, isMap(inner) ? withoutSecrets(inner) : inner]),
  );
}

const isMap = (value: unknown): value is Config =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSecret = (value: unknown): boolean => isMap(value) && typeof value.secure === "string";
