import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { apiOf, clusterOptions, whereIs } from "./doctor/where.ts";
import { clone } from "./local/stack.ts";
import { type Engine, takeIn } from "./recover/take-in.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run recover -- --stack dev [--unlock] [--kubeconfig file] [--context name]

For a stack on Kubernetes whose \`pulumi up\` was killed: takes what it had made, but not written
down, into the state, and forgets what it had only begun. Without this the next run refuses to
make what is there already. A run that was only interrupted (Ctrl-C) needs none of it.

  -s, --stack     which stack
  --unlock        take back the lock of the dead engine first (\`pulumi cancel\`); be sure that it is dead
  --kubeconfig    where it is not the configuration's, or KUBECONFIG
  --context       where it is not the configuration's

Uses the \`pulumi\` on PATH and whatever it is logged in to.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...clusterOptions,
      unlock: { type: "boolean", default: false },
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
  const api = apiOf(where);
  if (values.unlock) await pulumi(["cancel", "--yes", "--stack", stack]);
  const engine: Engine = {
    state: () => pulumi(["stack", "export", "--stack", stack], { output: "quiet" }),
    replaceState: (text) => pulumi(["stack", "import", "--stack", stack], { input: text }),
    refresh: (args) => pulumi(["refresh", "--stack", stack, ...args]),
  };
  const hadPending = await takeIn(engine, api, ({ made, missing }) => {
    for (const { id, urn } of made) console.log(`there, taken in:   ${nameOf(urn)} (${id})`);
    for (const urn of missing) console.log(`not there, to make: ${nameOf(urn)}`);
  });
  if (!hadPending) {
    console.log(`Nothing was left half made in ${stack}. Go on: pulumi up -s ${stack}`);
    return 0;
  }
  console.log(`\nGo on: pulumi up -s ${stack}`);
  return 0;
}

/** `KafkaTopic topic-reminders` */
const nameOf = (urn: string): string => {
  const [, , types = "", name] = urn.split("::");
  return `${types.split(":").at(-1)} ${name}`;
};

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
