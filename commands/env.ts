import { ensureToolchain, prepareState, pulumiEnvironment } from "./local/stack.ts";
import { run } from "./run.ts";

// For `eval "$(npm run -s env)"`: only assignments on standard output, the rest on standard error.
await run(async () => {
  await ensureToolchain();
  await prepareState();
  for (const [name, value] of Object.entries(await pulumiEnvironment())) {
    if (name === "NO_COLOR") continue;
    console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  }
  return 0;
});
