import { processType } from "../provider/process.ts";
import type { ProcessInputs } from "../provider/process-inputs.ts";
import type { Outputs } from "../provider/resource.ts";
import type { TemporaryStack } from "./temporary-stack.ts";

/** What the engine asks of the provider in the life of a process; `stack` is that of the test. */
export const processLife = (stack: () => TemporaryStack) => ({
  check: async (olds: ProcessInputs | undefined, news: ProcessInputs) =>
    (await processType.check?.(olds, news, stack().context)) ?? { inputs: news },
  create: async (inputs: ProcessInputs) =>
    (await processType.create(inputs, stack().context)).outputs,
  update: (old: ProcessInputs, outputs: Outputs, news: ProcessInputs) =>
    processType.update({ inputs: old, outputs }, news, stack().context),
  destroy: (inputs: ProcessInputs) => processType.delete({ inputs, outputs: {} }, stack().context),
});
