import * as pulumi from "@pulumi/pulumi";

/** How far the background gives way, and what only looks on: as far as can be. */
export const backgroundNice = 19;

/** A process on this machine, in a session of its own. */
export interface ProcessArgs {
  /** Short name: "backend", "kafka"; of a-z, 0-9 and "-". Names the log and the record. */
  name: pulumi.Input<string>;
  /** The stack's folder in the clone (absolute); everything below it is removed with its owner. */
  stackFolder: pulumi.Input<string>;
  /** The program's absolute path, then its arguments. */
  command: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The whole environment, apart from defaults for PATH, HOME, LANG and TZ. */
  env?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The working folder. */
  cwd: pulumi.Input<string>;
  /** The user to run as; only root can change it, anyone else keeps their own. */
  user?: pulumi.Input<string>;
  /** Absolute path (as for `data.folder`) → text; written before the start, mode 0600. */
  files?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Path of a source file → hash of its content: a change restarts the process. */
  source?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A folder of data that is made once. */
  data?: pulumi.Input<ProcessData>;
  /** Purpose → port on 127.0.0.1; must be free before the start, and is free after the stop. */
  ports?: pulumi.Input<Record<string, pulumi.Input<number>>>;
  /** When it counts as started; without it as soon as it runs. */
  ready?: pulumi.Input<ProcessReady>;
  /**
   * 0 to 19, by default 0: how far it gives way to others where processors are busy (`nice`), from
   * when it is ready to when it is stopped.
   */
  nice?: pulumi.Input<number>;
  /** How to stop it: by default SIGTERM, and SIGKILL after 10 s. */
  stop?: pulumi.Input<ProcessStop>;
  /** Name → absolute path of a file to read once ready, see `contents`. */
  reads?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Data of a process; an unfinished folder is emptied and filled again. */
export interface ProcessData {
  /**
   * Absolute, in the stack's folder or below /var/tmp/todo-evolution-…; belongs to the user, mode
   * 0700.
   */
  folder: pulumi.Input<string>;
  /** The command that fills the empty folder, within 120 s. */
  init?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** What must answer before dependents start: both, where both are given. */
export interface ProcessReady {
  /** A URL that answers 2xx. */
  http?: pulumi.Input<string>;
  /** Headers for the URL. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A port on 127.0.0.1 that accepts. */
  tcp?: pulumi.Input<number>;
  /** By default 60000. */
  timeoutMs?: pulumi.Input<number>;
}

/** How to end a process. */
export interface ProcessStop {
  signal?: pulumi.Input<"SIGTERM" | "SIGINT">;
  /** Time before SIGKILL, by default 10000. */
  graceMs?: pulumi.Input<number>;
}

/**
 * Runs a program as part of the stack. Any change restarts it; one that died is seen by `preview`
 * and started by `up`; `destroy` removes it with its files, data and log.
 */
export class Process extends pulumi.CustomResource {
  /** Of the program itself, the leader of its session. */
  declare readonly pid: pulumi.Output<number>;
  /** Changes only when the data is made anew; empty without data. */
  declare readonly dataId: pulumi.Output<string>;
  /** What `reads` found; for a secret add `additionalSecretOutputs: ["contents"]`. */
  declare readonly contents: pulumi.Output<Record<string, string>>;
  /** Counts the starts that no input asked for, with the reason: "2 (pid 4711 is gone)". */
  declare readonly incarnation: pulumi.Output<string>;

  constructor(name: string, args: ProcessArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = { pid: undefined, dataId: undefined, contents: undefined };
    super("host:index:Process", name, { ...outputs, incarnation: undefined, ...args }, options);
  }
}
