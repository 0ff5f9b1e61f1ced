import * as pulumi from "@pulumi/pulumi";
import { Process } from "./process.ts";
import { nodeEnvironment, sourceOf } from "./source.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostOperatorPageArgs = {
  readonly stack: HostStack;
  readonly port: number;
};

const loopback = "127.0.0.1";

/** Where the gateway has it. */
export const operatorPath = "/ops";

/** The page by which operators look after this stack: what the commands show, and can do. */
export class HostOperatorPage extends pulumi.ComponentResource {
  readonly url: string;

  constructor(
    name: string,
    { stack, port }: HostOperatorPageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("todo:host:OperatorPage", name, {}, opts);
    this.url = `http://${loopback}:${port}`;
    new Process(
      "ops",
      {
        name: "ops",
        stackFolder: stack.folder,
        cwd: stack.clone,
        // It reads where everything is, and by which credentials, where the commands do.
        command: [process.execPath, "commands/ops/main.ts"],
        env: { ...nodeEnvironment(stack.clone), HOST: loopback, PORT: `${port}` },
        source: sourceOf(stack.clone, [
          ...["commands/ops", "commands/events", "commands/doctor", "commands/local"],
          "apps/contracts",
        ]),
        ports: { "operator page": port },
        ready: { http: `${this.url}/healthz` },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
