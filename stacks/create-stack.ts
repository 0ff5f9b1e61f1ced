import type { StackConfig } from "./config.ts";

/** Registers the stack; resolves to its outputs. Each target is loaded only when it is the one chosen. */
export async function createStack(config: StackConfig) {
  switch (config.target) {
    case "local": {
      const { createLocalStack } = await import("./local.ts");
      return createLocalStack(config);
    }
    case "kubernetes": {
      const { createKubernetesStack } = await import("./kubernetes.ts");
      return createKubernetesStack(config);
    }
    case "cluster": {
      const { createClusterStack } = await import("./cluster.ts");
      return createClusterStack(config);
    }
  }
}
