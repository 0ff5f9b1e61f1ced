import type { CommonEnv } from "#apps/kit/http/env.ts";
import { failureOf, sidecarFetch } from "./sidecar-fetch.ts";

/** Calls at exact times, by the sidecar's scheduler; at least once, and late when that is away. */
export type Jobs = {
  /** Has `POST /job/<name>` called at this time with the data; a job of that name is replaced. */
  readonly schedule: (name: string, at: Date, data: object) => Promise<void>;
  /** Takes a job back; one that is not there, or has run, is no error. */
  readonly delete: (name: string) => Promise<void>;
};

/** Shorter than the sidecar itself waits for a scheduler: nothing depends on the answer. */
const callTimeoutMs = 5_000;

/** The jobs of a service. Rejects with AwayError when sidecar or scheduler are away. */
export function createJobs(env: CommonEnv): Jobs {
  const call = async (name: string, method: "POST" | "DELETE", body?: object) => {
    const path = `/v1.0-alpha1/jobs/${encodeURIComponent(name)}`;
    const response = await sidecarFetch(env, { method, path, body, timeoutMs: callTimeoutMs });
    if (!response.ok) throw failureOf(`the scheduler, asked for the job ${name},`, response);
  };
  return {
    schedule: (name, at, data) =>
      // Without `overwrite` an existing name is refused.
      call(name, "POST", { dueTime: at.toISOString(), data, overwrite: true }),
    delete: (name) => call(name, "DELETE"),
  };
}
