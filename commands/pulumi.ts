import { ensureToolchain, prepareState, runPulumi } from "./local/stack.ts";
import { run } from "./run.ts";

// Everything after `--` goes to the engine as it is, --help too.
await run(async () => {
  await ensureToolchain();
  await prepareState();
  return (await runPulumi(process.argv.slice(2))).code;
});
