import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MailServer } from "#components/dapr/facts.ts";
import { Password } from "./password.ts";
import { Process } from "./process.ts";
import { nodeEnvironment, sourceOf } from "./source.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostMailArgs = {
  readonly stack: HostStack;
  readonly port: number;
  /** Where it shows what it has. */
  readonly pagePort: number;
};

const loopback = "127.0.0.1";
const username = "todo";

/** The address that all mail of a local stack comes from. */
export const mailFrom = "todo@todo.example";

/** A mail server as the rest of the stack knows it, wherever it stands. */
export type LocalMail = {
  /** As the sidecars know it; the password is `mail` / `password` of their secrets. */
  readonly server: MailServer;
  /** Absent where the server takes mail without one. */
  readonly password: pulumi.Output<string> | undefined;
  /** Where a person can look at what was sent, if anywhere. */
  readonly url: string | undefined;
  /** What a sidecar must wait for. */
  readonly ready: readonly pulumi.Resource[];
};

/** A mail server that keeps and shows what the stack sends, and sends nothing on. */
export class HostMail extends pulumi.ComponentResource implements LocalMail {
  /** As the sidecars know it; the password is `mail` / `password` of their secrets. */
  readonly server: MailServer;
  readonly password: pulumi.Output<string>;
  readonly url: string;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: HostMailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Mail", name, {}, opts);
    const { stack, port, pagePort } = args;
    this.url = `http://${loopback}:${pagePort}`;
    this.password = new Password("mail", {}, { parent: this }).value;
    this.server = {
      host: loopback,
      port,
      from: mailFrom,
      account: { username, password: { secret: { name: "mail", key: "password" } } },
      verified: true,
    };
    const folder = join(stack.folder, "data", "mail");
    const server = new Process(
      "mail",
      {
        name: "mail",
        stackFolder: stack.folder,
        cwd: stack.clone,
        command: [process.execPath, "infra/host/mail-server/main.ts"],
        env: {
          ...nodeEnvironment(stack.clone),
          HOST: loopback,
          PORT: `${port}`,
          PAGE_PORT: `${pagePort}`,
          FOLDER: folder,
          MAIL_USERNAME: username,
          MAIL_PASSWORD: this.password,
        },
        source: sourceOf(stack.clone, ["infra/host/mail-server"]),
        data: { folder },
        ports: { mail: port, "mail page": pagePort },
        ready: { http: `${this.url}/healthz`, tcp: port },
      },
      { parent: this },
    );
    this.ready = [server];
    this.registerOutputs();
  }
}
