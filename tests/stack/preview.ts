import { expect } from "vitest";
import { type Clone, npm } from "./clone.ts";
import { run } from "./command.ts";

/** One resource that a preview would change. */
export type PlannedChange = {
  readonly name: string;
  readonly operation: string;
  /** The inputs that differ. */
  readonly inputs: readonly string[];
  /** Why it is started again, where no input asked for it. */
  readonly incarnation: string | undefined;
};

export type Plan = { readonly changes: PlannedChange[]; readonly messages: string[] };

type Step = {
  op: string;
  urn: string;
  diffReasons?: string[];
  newState?: { inputs?: { incarnation?: string } };
};

/** What plain `pulumi preview` would change. */
export async function planOf(clone: Clone): Promise<Plan> {
  const args = ["run", "-s", "pulumi", "--", "preview", "--json"];
  const ran = await run(["npm", ...args], { folder: clone.folder });
  expect(ran.code, ran.output).toBe(0);
  const { steps, diagnostics } = JSON.parse(ran.stdout) as {
    steps: Step[];
    diagnostics?: { message: string }[];
  };
  const changes = steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn, diffReasons, newState }) => ({
      name: urn.split("::").at(-1) ?? urn,
      operation: op,
      inputs: diffReasons ?? [],
      incarnation: newState?.inputs?.incarnation,
    }));
  return { changes, messages: (diagnostics ?? []).map(({ message }) => message.trim()) };
}

/** What `npm run preview` prints. */
export async function previewText(clone: Clone): Promise<string> {
  const ran = await npm(clone, "preview");
  expect(ran.code, ran.output).toBe(0);
  return ran.output;
}

/** The environment in which plain `pulumi` works, by the line that README.md tells. */
export async function pulumiShell(clone: Clone): Promise<Record<string, string>> {
  const script = 'eval "$(npm run -s env)" && env -0';
  const ran = await run(["bash", "-c", script], { folder: clone.folder });
  expect(ran.code, ran.output).toBe(0);
  const entries = ran.stdout.split("\0").filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
