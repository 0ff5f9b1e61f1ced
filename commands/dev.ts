import { bringUp } from "./local/bring-up.ts";
import { withConfig } from "./local/config-copy.ts";
import { run } from "./run.ts";

const help = `npm run dev

Brings the local stack up with the configuration \`watch: true\`: each service restarts by itself
when its source changes. \`npm start\` goes back to the ordinary way.`;

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  const watching = withConfig("watch", { watch: true });
  await run(() => bringUp([...watching, ...process.argv.slice(2)]));
}
