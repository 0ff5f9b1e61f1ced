import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type {
  ConfigMap,
  InlineProgramArgs,
  PulumiFn,
  Stack,
} from "@pulumi/pulumi/automation/index.js";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { type Provider, pathWith } from "./provider.ts";

export type InlineStackArgs = {
  /** A folder for state, plugins and the engine's own files. */
  readonly folder: string;
  readonly name: string;
  readonly provider: Pick<Provider, "folder">;
  readonly program: PulumiFn;
  readonly config?: ConfigMap;
  /** What its providers find in their environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/** A stack of a program that is a function of this process, with a state of its own. */
export async function openInlineStack(args: InlineStackArgs): Promise<Stack> {
  const { folder, name, provider, program, config = {}, env = {} } = args;
  const { pulumi } = await ensurePrograms(["pulumi"], { log: () => {} });
  const state = join(folder, "state");
  const workDir = join(folder, "work");
  for (const one of [state, workDir]) mkdirSync(one, { recursive: true });
  const inline: InlineProgramArgs = { stackName: name, projectName: "engine-test", program };
  const stack = await LocalWorkspace.createOrSelectStack(inline, {
    workDir,
    pulumiHome: join(folder, "home"),
    pulumiCommand: await PulumiCommand.get({
      root: dirname(dirname(pulumi.path)),
      skipVersionCheck: true,
    }),
    projectSettings: {
      name: "engine-test",
      runtime: "nodejs",
      backend: { url: `file://${state}` },
    },
    envVars: {
      PATH: pathWith(provider, process.env.PATH),
      PULUMI_CONFIG_PASSPHRASE: "engine-test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...env,
    },
  });
  await stack.setAllConfig(config);
  return stack;
}
