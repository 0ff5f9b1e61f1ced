import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type AppId, appIds } from "#apps/contracts/services.ts";
import { whereOptions } from "#commands/doctor/where.ts";
import { Refusal } from "#commands/run.ts";

const options = {
  app: { type: "string" },
  topic: { type: "string" },
  since: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  ...whereOptions,
  brokers: { type: "string" },
  mechanism: { type: "string" },
  user: { type: "string" },
  "password-file": { type: "string" },
  "ca-file": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** What was asked; throws an Error for an option that there is not. */
export const readQuestion = () => parseArgs({ options, allowPositionals: true });

export type Values = ReturnType<typeof readQuestion>["values"];

/** A question that cannot be understood; the exit code says so. */
export class Misuse extends Error {}

/** The service of this name; throws a Misuse that names all of them. */
export function appOf(name: string): AppId {
  const found = appIds.find((appId) => appId === name);
  if (found) return found;
  throw new Misuse(`there is no app ${name}; there are: ${appIds.join(", ")}`);
}

/** Whether the person at the keyboard says yes; throws a Refusal where there is none. */
export async function agreed(question: string, { yes }: Values): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new Refusal(`${question} Nobody is there to ask; say --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`\n${question} [y/N] `);
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  console.log("Nothing was done.");
  return false;
}
