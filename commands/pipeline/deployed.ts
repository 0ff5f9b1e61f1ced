import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";

/** What an address can be asked, by what it answered when somebody unknown signed in. */
export type Askable = "everything" | "what needs no account";

/** Sign-ups a minute from one address that the behaviours need; in production there are fewer. */
export const leastLogins = 6_000;

/**
 * The behaviours sign up hundreds of accounts, which are for a stack that is made for tests: it
 * lifts the limit of sign-ins from one address, as the header field RateLimit-Policy says.
 */
export function askableBy(status: number, policy: string | null): Askable {
  if (status !== 401 && status !== 429) {
    throw new Refusal(`the deployed API answered ${status} to somebody unknown who signed in.`);
  }
  const [, logins] = /"login";q=(\d+)/.exec(policy ?? "") ?? [];
  return Number(logins ?? leastLogins) < leastLogins ? "what needs no account" : "everything";
}

/**
 * Runs the behaviours against the address that a stack has put up, or, where that is no stack for
 * tests, asks only what needs no account: that the API and its documents are there and that what is
 * private is refused. Resolves to an exit code, and says which of the two it was.
 */
export async function deployedTests(clone: string, stack: string): Promise<number> {
  const baseUrl = outputOf(clone, stack);
  await reachable(baseUrl);
  const asked = await fetch(new URL("/api/auth/sign-in/email", baseUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "nobody@todo.example", password: "nobody's password" }),
    signal: AbortSignal.timeout(15_000),
  });
  if (askableBy(asked.status, asked.headers.get("ratelimit-policy")) === "everything") {
    const program = join(clone, "tests", "e2e", "main.ts");
    const args = [program, "--url", baseUrl, "--portable"];
    return spawnSync(process.execPath, args, { cwd: clone, stdio: "inherit" }).status ?? 1;
  }
  console.log("This stack is for people (rateLimits.login): only what needs no account is asked.");
  const wrong = await faultsWithoutAccount(baseUrl);
  for (const fault of wrong) console.error(fault);
  console.log(wrong.length === 0 ? "passed" : `${wrong.length} failed`);
  return wrong.length === 0 ? 0 : 1;
}

/** What of the public face of an address is not as it should be. */
export async function faultsWithoutAccount(baseUrl: string): Promise<string[]> {
  const expected: [path: string, status: number][] = [
    ["/", 200],
    ["/openapi.json", 200],
    ["/docs", 200],
    ["/api/tasks", 401],
    // What is between services is behind no gateway.
    ["/internal/occurrences", 404],
    ["/activity", 404],
  ];
  const answers = await Promise.all(
    expected.map(async ([path, status]) => {
      const signal = AbortSignal.timeout(15_000);
      const answer = await fetch(new URL(path, baseUrl), { signal, redirect: "manual" });
      return answer.status === status ? [] : [`GET ${path}: ${answer.status}, not ${status}`];
    }),
  );
  return answers.flat();
}

/** A name may take its time to be known, and a load balancer to have its first target. */
async function reachable(baseUrl: string): Promise<void> {
  const until = Date.now() + 600_000;
  for (;;) {
    const fault = await fetch(new URL("/openapi.json", baseUrl), {
      signal: AbortSignal.timeout(10_000),
    }).then(
      ({ status }) => (status < 500 ? undefined : `status ${status}`),
      (error: Error) => String(error.cause ?? error),
    );
    if (fault === undefined) return;
    if (Date.now() > until) throw new Refusal(`${baseUrl} cannot be reached: ${fault}`);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
}

function outputOf(clone: string, stack: string): string {
  const args = ["stack", "output", "baseUrl", "--stack", stack, "--non-interactive"];
  const { status, stdout, stderr } = spawnSync("pulumi", args, { cwd: clone, encoding: "utf8" });
  if (status !== 0) throw new Refusal(`the address of ${stack} is not known: ${stderr}`);
  const url = stdout.trim();
  if (!URL.canParse(url)) throw new Refusal(`baseUrl of ${stack} is no address: ${url}`);
  return url;
}
