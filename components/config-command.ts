import * as pulumi from "@pulumi/pulumi";

/**
 * The command that changes the configuration of the stack that runs, as `config` of Pulumi takes its
 * words: `set --path kafka.engine strimzi`. The state of the local stack is found by npm's alone.
 */
export function configCommand(words: string, stack = pulumi.getStack()): string {
  if (stack === "local") return `npm run pulumi -- config ${words}`;
  return `pulumi config ${words}${stack ? ` -s ${stack}` : ""}`;
}
