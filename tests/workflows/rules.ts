import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: YAML of GitHub
type Yaml = any;

/** What a job may do beyond reading the sources; by workflow and job. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

/** Everything that is wrong with a workflow, or with an action of ours, a sentence each. */
export function faultsIn(text: string): string[] {
  const file = parse(text) as Yaml;
  const isWorkflow = file.jobs !== undefined;
  return [...pinFaults(text), ...scriptFaults(file), ...(isWorkflow ? workflowFaults(file) : [])];
}

/** By lines, as the version is in a comment. */
function pinFaults(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const used = /^\s*(?:- )?uses:\s*(\S+)\s*(#.*)?$/.exec(line);
    if (!used) return [];
    const [, what = "", comment = ""] = used;
    if (what.startsWith("./")) return [];
    if (!pinned.test(what)) return [`${what} is not pinned by a commit`];
    return /^# v\d+\.\d+\.\d+$/.test(comment) ? [] : [`${what} does not say its version`];
  });
}

/** What others write (a title, a branch) must never become a part of a script. */
function scriptFaults(file: Yaml): string[] {
  return stepsOf(file).flatMap((step) => [
    ...(String(step.run ?? "").includes("${{") ? [`a script has an expression: ${step.run}`] : []),
    ...(step.uses?.startsWith("actions/checkout@") && step.with?.["persist-credentials"] !== false
      ? ["a checkout leaves its token behind: persist-credentials: false"]
      : []),
  ]);
}

function workflowFaults(file: Yaml): string[] {
  const events = eventsOf(file);
  const jobs = Object.entries(file.jobs) as [string, Yaml][];
  return [
    ...(events.includes("pull_request_target") || events.includes("workflow_run")
      ? ["it runs with the rights of the base on what a pull request brings"]
      : []),
    ...(JSON.stringify(file.permissions) === "{}" ? [] : ["its own permissions are not {}"]),
    ...jobs.flatMap(([name, job]) => [
      ...(job.permissions === undefined ? [`${name} does not say its permissions`] : []),
      ...(typeof job.permissions === "string" ? [`${name}: permissions: ${job.permissions}`] : []),
      ...(job.uses === undefined && !(job["timeout-minutes"] > 0)
        ? [`${name} has no timeout`]
        : []),
      ...(isFixedRunner(job["runs-on"])
        ? []
        : [`${name} runs on ${job["runs-on"]}, which changes by itself`]),
    ]),
    ...(events.includes("workflow_call") || file.concurrency?.group
      ? []
      : ["it has no concurrency"]),
  ];
}

/** A version of its own, or what the repository's settings say with such a version as default. */
const isFixedRunner = (runner: string | undefined): boolean =>
  runner === undefined ||
  /^(ubuntu-\d\d\.04|\$\{\{ vars\.RUNNER \|\| 'ubuntu-\d\d\.04' \}\})$/.test(runner);

/** `{ job: ["id-token: write"] }`: what each job may write. */
export function writesOf(text: string): Record<string, string[]> {
  const file = parse(text) as Yaml;
  return Object.fromEntries(
    (Object.entries(file.jobs) as [string, Yaml][]).map(([name, { permissions }]) => [
      name,
      Object.entries(permissions ?? {})
        .filter(([, right]) => right === "write")
        .map(([what]) => what)
        .sort(),
    ]),
  );
}

export const jobsOf = (text: string): Record<string, Yaml> => parse(text).jobs;

export const stepsOf = (file: Yaml): Yaml[] =>
  file.jobs
    ? Object.values(file.jobs).flatMap((job: Yaml) => job.steps ?? [])
    : (file.runs?.steps ?? []);

export const eventsOf = ({ on }: Yaml): string[] =>
  typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on);
