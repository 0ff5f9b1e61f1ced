import * as pulumi from "@pulumi/pulumi";
import { Job } from "../host/job.ts";
import type { Cluster } from "./cluster.ts";
import { signInVariables } from "./sign-in.ts";

export type WaitingArgs = {
  readonly cluster: Pick<Cluster, "access">;
  /** Root of the clone (absolute). */
  readonly clone: string;
  /** The stack's folder in it, for the log (absolute). */
  readonly stackFolder: string;
  readonly namespace: string;
};

const timeoutMs = 660_000;

/** Something that is made when all programs of a namespace run. */
export const untilReady = (args: WaitingArgs, opts: pulumi.CustomResourceOptions): Job =>
  new Job(
    `${args.namespace}-ready`,
    {
      name: `${args.namespace}-ready`,
      stackFolder: args.stackFolder,
      cwd: args.clone,
      command: [process.execPath, "infra/clusters/wait-for-workloads.ts", args.namespace],
      env: pulumi.output(args.cluster.access).apply(({ kubeconfig, context }) => ({
        KUBECONFIG_CONTENT: kubeconfig,
        ...(context !== undefined && { KUBE_CONTEXT: context }),
      })),
      inherit: [...signInVariables],
      timeoutMs,
    },
    opts,
  );
