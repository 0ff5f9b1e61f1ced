import { parseArgs } from "node:util";
import { bringUp } from "./local/bring-up.ts";
import { run } from "./run.ts";

const help = `npm start [-- options for pulumi up]

Brings the local stack up, or what of it is missing: PostgreSQL, Redis, Kafka, Dapr, the services.
Cold it builds the programs first, which takes minutes; then it takes seconds. Safe to run twice.

  npm start -- -c portBase=19000   another range of ports (kept in Pulumi.local.yaml)
  npm run preview                  what it would change
  npm run down                     take everything down again`;

const { values } = parseArgs({ strict: false, options: { help: { type: "boolean", short: "h" } } });

if (values.help) console.log(help);
else await run(() => bringUp(process.argv.slice(2)));
