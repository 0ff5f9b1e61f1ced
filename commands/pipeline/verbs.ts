import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { previewsIn } from "#commands/preview-summary/folder.ts";
import { secretsOfEnvironment } from "#commands/preview-summary/redact.ts";
import { summaryMarker, summaryOf } from "#commands/preview-summary/summary.ts";
import { Refusal } from "#commands/run.ts";
import { logIn } from "./cloud-login.ts";
import { writeComment } from "./comment.ts";
import { deployedTests } from "./deployed.ts";
import { drifted, keepDriftIssue } from "./drift.ts";
import { expiredStacks, type ListedStack, stackOfPullRequest } from "./expired.ts";
import { openGitHub, placeIn } from "./github.ts";
import { namespaceConfig } from "./namespace.ts";
import { azLogin, hostOf, registryAccess } from "./registry.ts";

/** What was given to a verb; its options are read by `given`. */
export type VerbArgs = {
  readonly clone: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly option: (name: string) => string | undefined;
};

export type Verb = {
  readonly says: string;
  readonly options: readonly string[];
  readonly run: (args: VerbArgs) => Promise<number>;
};

/** The steps of the workflows that are more than a command line. */
export const verbs: Readonly<Record<string, Verb>> = {
  login: {
    says: "signs the job in to the cloud that CLOUD names, by the identity that GitHub gives it",
    options: [],
    run: login,
  },
  registry: {
    says: "signs buildah in to a registry of images",
    options: ["address"],
    run: registry,
  },
  comment: {
    says: "writes the summary of the previews into the one comment of a pull request",
    options: ["pull-request", "file"],
    run: comment,
  },
  drift: {
    says: "opens, updates or closes the one issue about drift, from previews with --refresh",
    options: ["folder", "details"],
    run: drift,
  },
  namespace: {
    says: "writes the configuration of a pull request's own stack, Pulumi.pr-<number>.yaml",
    options: ["pull-request", "shared"],
    run: namespace,
  },
  expired: {
    says: "lists the stacks of pull requests whose time is over, as JSON for a matrix",
    options: ["stacks", "hours"],
    run: expired,
  },
  test: {
    says: "runs the behaviours of tests/e2e against what a stack has put up",
    options: ["stack"],
    run: ({ clone, option }) => deployedTests(clone, given(option, "stack")),
  },
};

async function login({ environment }: VerbArgs): Promise<number> {
  const place = environment.RUNNER_TEMP;
  const file = environment.GITHUB_ENV;
  if (!place || !file) throw new Refusal("RUNNER_TEMP or GITHUB_ENV is not set: no workflow.");
  const { variables, files } = await logIn({ environment, folder: join(place, "login") });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  }
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(file, lines.join(""));
  const [program, ...args] = azLogin({ ...environment, ...variables }) ?? [];
  if (program) execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  console.log(`signed in: ${environment.CLOUD || "none"}`);
  return 0;
}

async function registry({ option, environment }: VerbArgs): Promise<number> {
  const address = given(option, "address");
  const access = registryAccess(address, environment);
  const password = passwordOf(access.password, environment);
  const host = hostOf(address);
  const args = ["login", "--username", access.user, "--password-stdin", host];
  const { status } = spawnSync("buildah", args, {
    input: password,
    stdio: ["pipe", "inherit", "inherit"],
  });
  return status ?? 1;
}

function passwordOf(
  password: ReturnType<typeof registryAccess>["password"],
  environment: NodeJS.ProcessEnv,
): string {
  if ("variable" in password) {
    const value = environment[password.variable];
    if (!value) throw new Refusal(`${password.variable} is not set, which the registry asks for.`);
    return value;
  }
  const [program = "", ...args] = password.command;
  return execFileSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
}

async function comment({ option, environment }: VerbArgs): Promise<number> {
  const text = readFileSync(given(option, "file"), "utf8");
  if (!text.startsWith(summaryMarker)) throw new Refusal("--file is no summary of previews.");
  const number = wholeNumber(option, "pull-request");
  const github = openGitHub(placeIn(environment));
  console.log(`comment ${await writeComment(github, { number, marker: summaryMarker, text })}`);
  return 0;
}

async function drift({ option, environment }: VerbArgs): Promise<number> {
  const previews = previewsIn(given(option, "folder")).previews;
  const stacks = drifted(previews);
  const text =
    stacks.length === 0
      ? undefined
      : summaryOf({
          title: "What `pulumi up` would change though nobody proposed it",
          previews: previews.filter(({ stack }) => stacks.includes(stack)),
          details: option("details"),
          secrets: secretsOfEnvironment(environment),
          // Room for the marker before it.
          limit: 65_000,
        });
  const done = await keepDriftIssue(openGitHub(placeIn(environment)), text);
  console.log(`drifted: ${stacks.join(", ") || "none"}; issue: ${done}`);
  return stacks.length === 0 ? 0 : 1;
}

async function namespace({ clone, option }: VerbArgs): Promise<number> {
  const number = wholeNumber(option, "pull-request");
  const shared = join(clone, `Pulumi.${given(option, "shared")}.yaml`);
  if (!existsSync(shared)) throw new Refusal(`--shared: there is no ${shared}.`);
  const { config = {} } = parse(readFileSync(shared, "utf8")) as { config?: object };
  const made = namespaceConfig(config as Record<string, unknown>, number);
  const file = join(clone, `Pulumi.${stackOfPullRequest(number)}.yaml`);
  // What `stack init` wrote into it, as the salt of its secrets, stays.
  const before = existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : {};
  writeFileSync(file, stringify({ ...before, config: { ...before.config, ...made } }));
  console.log(file);
  return 0;
}

async function expired({ option, environment }: VerbArgs): Promise<number> {
  const stacks = JSON.parse(readFileSync(given(option, "stacks"), "utf8")) as ListedStack[];
  const hours = wholeNumber(option, "hours");
  const github = openGitHub(placeIn(environment));
  type Pull = { number: number; labels: { name: string }[] };
  const open = (await github.all<Pull>("/pulls?state=open")).map(({ number, labels }) => ({
    number,
    labels: labels.map(({ name }) => name),
  }));
  const found = expiredStacks({ stacks, open, now: new Date(), hours });
  for (const { stack, why } of found) console.error(`${stack}: ${why}`);
  console.log(JSON.stringify(found.map(({ number }) => number)));
  return 0;
}

function given(option: VerbArgs["option"], name: string): string {
  const value = option(name);
  if (!value) throw new Refusal(`--${name} is missing.`);
  return value;
}

function wholeNumber(option: VerbArgs["option"], name: string): number {
  const value = given(option, name);
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Refusal(`--${name} ${value} is no whole number.`);
  return Number(value);
}
