import { readConfig } from "./config.ts";

const config = readConfig();

/** The outputs of the stack; each target is loaded only when it is the one chosen. */
async function outputs() {
  switch (config.target) {
    case "local": {
      const { createLocalStack } = await import("./local.ts");
      return createLocalStack(config);
    }
  }
}

export const { baseUrl, stackFolder, services, kafka, postgres, redis, dapr } = await outputs();
