import type { ClusterDescription } from "../cluster/cluster.ts";
import type { Stack } from "./stack.ts";

type Exported = {
  readonly deployment: {
    readonly resources: readonly {
      readonly type: string;
      readonly outputs?: { value?: unknown };
    }[];
  };
};

/**
 * Every secret of a stack, those it was given and those it made, must be encrypted wherever its
 * state has it: as an input, an output, in a URL, or in base64.
 */
export async function secretsInState(stack: Stack, cluster: ClusterDescription): Promise<string[]> {
  const open: Exported = JSON.parse(await stack.state("in clear"));
  const made = open.deployment.resources
    .filter(({ type }) => type === "host:index:Password")
    .map(({ outputs }) => textOf(outputs?.value));
  const secrets = [cluster.kafka.password, cluster.postgres.password, ...made];
  if (made.length === 0 || secrets.some((secret) => secret.length < 16)) {
    throw new Error("the stack's own secrets were not found in its state: nothing was checked");
  }
  const state = await stack.state("encrypted");
  const forms = (secret: string) => [secret, Buffer.from(secret).toString("base64")];
  return secrets
    .map((secret, index) => ({ secret, index }))
    .filter(({ secret }) => forms(secret).some((form) => state.includes(form)))
    .map(({ index }) => (index < 2 ? "a password that was given" : `password ${index - 1} made`));
}

/** A secret output in clear is an object that has it as JSON. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  const { plaintext } = (value ?? {}) as { plaintext?: string };
  return plaintext === undefined ? "" : String(JSON.parse(plaintext));
};
