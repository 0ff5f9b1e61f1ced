import { readConfig } from "./config.ts";

const config = readConfig();

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
  }
}

type Outputs = Awaited<ReturnType<typeof createStack>>;
type OutputName = Outputs extends infer O ? (O extends unknown ? keyof O : never) : never;

// A module exports a fixed set of names: those of all targets. What a target does not have is
// undefined, which the engine leaves out.
const outputs: { readonly [Name in OutputName]?: unknown } = await createStack();
export const { baseUrl, services, kafka, postgres, redis, dapr, stackFolder, namespace } = outputs;
