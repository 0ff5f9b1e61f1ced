// First, as it is to be there before any resource is.
import "./quick-sdk.ts";
import { join } from "node:path";
import { readConfig } from "./config.ts";
import { createStack } from "./create-stack.ts";
import { readEnvFile } from "./env-file.ts";

const config = readConfig(undefined, readEnvFile(join(import.meta.dirname, "..")));

// A default export, as the engine takes what an object has, and each target has outputs of its own.
export default await createStack(config);
