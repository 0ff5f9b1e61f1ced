/** What can be chosen for a stack by one word; each has two or three values. */
export const choices = {
  stack: ["dev", "prod"],
  cluster: ["minikube", "existing"],
  kafka: ["strimzi", "redpanda", "external"],
  data: ["cluster", "external"],
} as const;

export type Choice = {
  readonly [Name in keyof typeof choices]: (typeof choices)[Name][number];
};

type Setting = Readonly<Record<string, unknown>>;
type Settings = {
  readonly [Name in keyof Choice]: Readonly<Record<Choice[Name], Setting>>;
};

// Nothing is asked of the cluster, so an empty file is as good as its kubeconfig.
const kubeconfig = "/dev/null";

/** What every password of a render starts with, so that one in clear is found. */
export const canary = "canary-of-the-render";

/** The keys of a stack's configuration that each choice stands for. */
const settings: Settings = {
  stack: { dev: { size: "dev" }, prod: { size: "prod" } },
  cluster: {
    minikube: { cluster: { kind: "minikube", kubeconfig } },
    existing: {
      cluster: { kind: "existing", kubeconfig, storageClass: "fast", zones: true },
    },
  },
  kafka: {
    strimzi: { kafka: { engine: "strimzi" } },
    redpanda: { kafka: { engine: "redpanda" } },
    external: {
      kafka: {
        engine: "external",
        brokers: ["kafka-0.example.com:9093", "kafka-1.example.com:9093"],
        admin: { username: "admin", password: canary },
      },
    },
  },
  data: {
    cluster: { postgres: { engine: "cloudnative-pg" }, redis: { engine: "cluster" } },
    external: {
      postgres: {
        engine: "external",
        host: "postgres.example.com",
        admin: { username: "admin", password: canary },
      },
      redis: { engine: "external", host: "redis.example.com", port: 6380, password: canary },
    },
  },
};

const mailAccount = { username: "todo", password: canary };

/**
 * The configuration of a stack with these choices, by full key as the engine hands it over: what
 * is not text is JSON. Addresses of external parts are examples.
 */
export function configurationOf(choice: Choice): Record<string, string> {
  const values: Setting = {
    target: "kubernetes",
    mail: { host: "smtp.example.com", from: "todo@example.com", ...mailAccount },
    images: { from: "registry", registry: "registry.example.com/todo", tag: "rendered" },
    ...settings.stack[choice.stack],
    ...settings.cluster[choice.cluster],
    ...settings.kafka[choice.kafka],
    ...settings.data[choice.data],
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `todo-evolution:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
