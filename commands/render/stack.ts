import * as pulumi from "@pulumi/pulumi";
import { type Recorded, record } from "#components/recording.ts";
import { readConfig } from "#stacks/config.ts";
import { type Choice, canary, configurationOf } from "./choices.ts";

/** What the program registers for a whole stack, without an engine or a cluster. */
export function recordStack(choice: Choice): Promise<Recorded[]> {
  const config = configurationOf(choice);
  return record(
    async () => {
      const read = readConfig(config);
      if (read.target !== "kubernetes") throw new Error(`not on Kubernetes: ${read.target}`);
      const { createKubernetesStack } = await import("#stacks/kubernetes.ts");
      await createKubernetesStack(read);
    },
    { stack: choice.stack, config, outputs },
  );
}

/** What a provider would answer, of resources whose outputs others are made of. */
const outputs = (type: string, name: string): object =>
  type === "host:index:Password" ? { value: pulumi.secret(`${canary}-${name}`) } : {};
