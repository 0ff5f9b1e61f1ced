import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type { Patience } from "./retry.ts";

/** What a run is given: a specification, and secrets as files. Missing ones throw with their path. */
export type Inputs = {
  readonly spec: <Spec>(schema: z.ZodType<Spec>) => Spec;
  /** `admin/username` and `admin/password` in the folder of secrets. */
  readonly admin: () => { readonly username: string; readonly password: string };
  /** `passwords/<name>` */
  readonly passwordOf: (name: string) => string;
  /** `ca.crt`, PEM */
  readonly caCertificate: () => string;
  readonly patience: Patience;
  /** A line of progress. */
  readonly say: (line: string) => void;
};

const defaultTimeoutMs = 120_000;

/**
 * Reads from where the environment says: PROVISION_SPEC is the file of the specification (JSON),
 * PROVISION_SECRETS the folder of secrets, PROVISION_TIMEOUT_MS how long to wait for a server.
 */
export function inputsFrom(environment: NodeJS.ProcessEnv, signal: AbortSignal): Inputs {
  const variable = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`The environment lacks ${name}.`);
    return value;
  };
  const secret = (...path: string[]): string =>
    read(join(variable("PROVISION_SECRETS"), ...path)).trim();
  return {
    spec: (schema) => parse(variable("PROVISION_SPEC"), schema),
    admin: () => ({
      username: secret("admin", "username"),
      password: secret("admin", "password"),
    }),
    passwordOf: (name) => secret("passwords", name),
    caCertificate: () => secret("ca.crt"),
    patience: {
      signal,
      timeoutMs: Number(environment.PROVISION_TIMEOUT_MS ?? defaultTimeoutMs),
    },
    say: (line) => console.log(line),
  };
}

function parse<Spec>(file: string, schema: z.ZodType<Spec>): Spec {
  const parsed = schema.safeParse(JSON.parse(read(file)));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${file} is no specification: ${faults.join("; ")}`);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
