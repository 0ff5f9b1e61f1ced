import { execFile } from "node:child_process";
import { join } from "node:path";
import { repositoryFolder } from "../stack.ts";

export type Ran = { readonly code: number; readonly out: string; readonly error: string };

/** Runs `npm run events -- …` on the local stack, as an operator does. */
export const events = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const command = [join(repositoryFolder, "commands/events.ts"), ...args];
    execFile(process.execPath, command, { cwd: repositoryFolder }, (error, out, text) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, error: text });
    });
  });

/** Runs it and reads what it says as JSON; throws with its words when it fails. */
export async function eventsJson<Answer>(...args: string[]): Promise<Answer> {
  const { code, out, error } = await events(...args, "--json");
  if (code !== 0) throw new Error(`events ${args.join(" ")} ended with ${code}: ${error}`);
  return JSON.parse(out) as Answer;
}
