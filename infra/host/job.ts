import * as pulumi from "@pulumi/pulumi";

/** A command that ends, as a migration. */
export interface JobArgs {
  /** Short name: of a-z, 0-9 and "-"; names the log. */
  name: pulumi.Input<string>;
  /** The stack's folder in the clone (absolute). */
  stackFolder: pulumi.Input<string>;
  /** The program's absolute path, then its arguments. Must be safe to run again. */
  command: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The whole environment, apart from defaults for PATH, HOME, LANG and TZ. */
  env?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Names of variables that are passed on from whoever runs the engine, if set; `AZURE_*` is all
   * that begin so. Their values are not recorded.
   */
  inherit?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The working folder. */
  cwd: pulumi.Input<string>;
  /** The user to run as; only root can change it, anyone else keeps their own. */
  user?: pulumi.Input<string>;
  /** Hashes and ids; it runs again when one changes. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** By default 120000. */
  timeoutMs?: pulumi.Input<number>;
}

/** Runs a command to its end, and again whenever anything about it changes. */
export class Job extends pulumi.CustomResource {
  constructor(name: string, args: JobArgs, options?: pulumi.CustomResourceOptions) {
    super("host:index:Job", name, { ...args }, options);
  }
}
