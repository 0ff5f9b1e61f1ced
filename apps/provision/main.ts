import { inputsFrom } from "./inputs.ts";
import { provisionKafka } from "./kafka.ts";
import { provisionPostgres } from "./postgres.ts";
import { reasonOf } from "./retry.ts";

// Run by a Job of the cluster: brings a server that stands elsewhere into line with the contracts.
const programs = { kafka: provisionKafka, postgres: provisionPostgres };

const name = process.argv[2] ?? "";
const interruption = new AbortController();
process.once("SIGTERM", () => interruption.abort());
process.once("SIGINT", () => interruption.abort());

try {
  const program = Object.hasOwn(programs, name) && programs[name as keyof typeof programs];
  if (!program) throw new Error(`Say what to provision: ${Object.keys(programs).join(" or ")}.`);
  await program(inputsFrom(process.env, interruption.signal));
  console.log("done");
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
