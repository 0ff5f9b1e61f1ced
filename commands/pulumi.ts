import { ensureToolchain, prepareState, runPulumi } from "./local/stack.ts";

// Everything after `--` goes to the engine as it is, --help too.
await ensureToolchain((line) => console.error(line));
await prepareState();
const { code } = await runPulumi(process.argv.slice(2));
process.exitCode = code;
