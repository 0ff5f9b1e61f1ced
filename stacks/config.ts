import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { portSpan } from "#infra/host/port-plan.ts";

const project = "todo-evolution";
// Ports from here on are handed out by the system to outgoing connections.
const firstEphemeralPort = 32_768;
const highestPortBase = firstEphemeralPort - portSpan;

const flag = z.enum(["true", "false"]).transform((value) => value === "true");

const local = z.strictObject({
  target: z.literal("local"),
  portBase: z.coerce.number().int().min(1_024).max(highestPortBase),
  watch: flag,
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]),
});

/** The configuration of a stack, by where it stands. */
const config = z.discriminatedUnion("target", [local]);

export type StackConfig = z.infer<typeof config>;
export type LocalConfig = z.infer<typeof local>;

/**
 * Reads the whole configuration of the stack, the only place that does. What is missing, wrong or
 * unknown ends the run before any resource, with the key, its value and the command to mend it.
 */
export function readConfig(
  values: Readonly<Record<string, string>> = pulumi.runtime.allConfig(),
): StackConfig {
  const prefix = `${project}:`;
  const own = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const parsed = config.safeParse(own);
  if (parsed.success) return parsed.data;
  throw new pulumi.RunError(parsed.error.issues.flatMap((issue) => explain(issue, own)).join("\n"));
}

function explain(issue: z.core.$ZodIssue, values: Readonly<Record<string, string>>): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) =>
        `Unknown configuration key ${key}. Known keys: ${Object.keys(local.shape).join(", ")}. ` +
        `Remove it: npm run pulumi -- config rm ${key}`,
    );
  }
  const key = String(issue.path[0] ?? "target");
  const value = values[key] === undefined ? "is not set" : `is ${JSON.stringify(values[key])}`;
  return [
    `Configuration key ${key} ${value}: ${issue.message}. ` +
      `Set it: npm run pulumi -- config set ${key} <value>`,
  ];
}
