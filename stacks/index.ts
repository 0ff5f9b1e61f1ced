// First, as it is to be there before any resource is.
import "./quick-sdk.ts";
import { join } from "node:path";
import { readConfig } from "./config.ts";
import { readEnvFile } from "./env-file.ts";

const config = readConfig(undefined, readEnvFile(join(import.meta.dirname, "..")));

/** The outputs of the stack; each target is loaded only when it is the one chosen. */
async function createStack() {
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

// A default export, as the engine takes what an object has, and each target has outputs of its own.
export default await createStack();
