import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createApp } from "./app.ts";

const runtime = createRuntime("recurring", services.recurring);

runtime.run(createApp(runtime));
