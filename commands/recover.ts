import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import type { ClusterApi } from "./doctor/cluster-api.ts";
import { apiOf, clusterOptions, whereIs } from "./doctor/where.ts";
import { clone } from "./local/stack.ts";
import { type Found, nameOf, type Told } from "./recover/pending.ts";
import { type Engine, takeIn } from "./recover/take-in.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run recover -- --stack dev [--unlock] [--made "Type name=id"] [--not-made "Type name"]
                   [--kubeconfig file] [--context name]

For a stack on Kubernetes whose \`pulumi up\` was killed: takes what it had made, but not written
down, into the state, and forgets what it had only begun. Without this the next run refuses to
make what is there already. A run that was only interrupted (Ctrl-C) needs none of it.

  -s, --stack     which stack
  --made          what you found in the cloud of what was being made there, with the id that it has
                  there (as \`pulumi import\` wants it); may be given several times
  --not-made      what you looked for there and is not; it is made by the next run
  --unlock        take back the lock of the dead engine first (\`pulumi cancel\`); be sure that it is dead
  --kubeconfig    where it is not the configuration's, or KUBECONFIG
  --context       where it is not the configuration's

Uses the \`pulumi\` on PATH and whatever it is logged in to.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...clusterOptions,
      unlock: { type: "boolean", default: false },
      made: { type: "string", multiple: true, default: [] },
      "not-made": { type: "string", multiple: true, default: [] },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { stack } = values;
  if (!stack) throw new Refusal("name the stack: npm run recover -- --stack dev");
  const where = whereIs(stack, values);
  if (where === "local") {
    throw new Refusal("the local stack mends itself: npm start. This is for stacks on Kubernetes");
  }
  const told = toldBy(values.made, values["not-made"]);
  // Where the engine did not get as far as a cluster there is none to be asked.
  let opened: ClusterApi | undefined;
  const api: Pick<ClusterApi, "get"> = {
    get: (path) => {
      opened ??= apiOf(where);
      return opened.get(path);
    },
  };
  if (values.unlock) await pulumi(["cancel", "--yes", "--stack", stack]);
  const engine: Engine = {
    state: () => pulumi(["stack", "export", "--stack", stack], { output: "quiet" }),
    replaceState: (text) => pulumi(["stack", "import", "--stack", stack], { input: text }),
    refresh: (args) => pulumi(["refresh", "--stack", stack, ...args]),
  };
  const tell = ({ made, missing }: Found): void => {
    for (const { id, urn } of made) console.log(`there, taken in:   ${nameOf(urn)} (${id})`);
    for (const urn of missing) console.log(`not there, to make: ${nameOf(urn)}`);
  };
  const hadPending = await takeIn(engine, api, { told, tell });
  if (!hadPending) {
    console.log(`Nothing was left half made in ${stack}. Go on: pulumi up -s ${stack}`);
    return 0;
  }
  console.log(`\nGo on: pulumi up -s ${stack}`);
  return 0;
}

function toldBy(made: readonly string[], notMade: readonly string[]): Told {
  const pairs = made.map((one): [string, string] => {
    const at = one.indexOf("=");
    if (at < 1 || at === one.length - 1) {
      throw new Refusal(`--made "${one}" is not a type, a name and an id: --made "Type name=id"`);
    }
    return [one.slice(0, at), one.slice(at + 1)];
  });
  return { made: new Map(pairs), notMade: new Set(notMade) };
}

type Streams = { readonly input?: string; readonly output?: "shown" | "quiet" };

/** Runs the engine; resolves to what it printed. */
function pulumi(args: readonly string[], { input, output = "shown" }: Streams = {}) {
  return new Promise<string>((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd: clone,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {}); // it ended before it had read all; its exit code says why
    child.stdin.end(input);
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
      if (output === "shown") process.stdout.write(chunk);
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new Refusal('pulumi is not on PATH. For this shell: eval "$(npm run -s env)"')
          : error,
      ),
    );
    child.on("close", (code) =>
      code === 0
        ? resolve(text)
        : reject(
            new Refusal(
              `pulumi ${args[0]} ended with ${code}; see above. If it is locked by an engine that ` +
                "is dead, add --unlock",
            ),
          ),
    );
  });
}

await run(main);
