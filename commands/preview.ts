import { ensureToolchain, prepareState, runPulumi } from "./local/stack.ts";
import { run } from "./run.ts";

const help = `npm run preview [-- options for pulumi preview]

Shows what \`npm start\` would change, with every difference: a source file, an environment
variable, a component, a process that has died.`;

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  await run(async () => {
    await ensureToolchain();
    await prepareState();
    return (await runPulumi(["preview", "--diff", ...process.argv.slice(2)])).code;
  });
}
