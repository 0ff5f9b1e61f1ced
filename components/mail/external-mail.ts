import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MailServer } from "#components/dapr/facts.ts";
import type { Place, Reach } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";

export type ExternalMailArgs = {
  readonly place: Pick<Place, "namespace">;
  readonly host: string;
  readonly port: number;
  /** The address that all mail comes from. */
  readonly from: string;
  /** Absent where the server takes mail without one. */
  readonly account?:
    | { readonly username: string; readonly password: pulumi.Input<string> }
    | undefined;
  /** Whether the server's certificate must be one of a public authority. */
  readonly verified: boolean;
};

/** A mail server that stands elsewhere; every stack on a cluster uses one by its address. */
export class ExternalMail extends pulumi.ComponentResource {
  readonly server: MailServer;
  readonly reach: Reach;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ExternalMailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:mail:ExternalMail", name, {}, opts);
    const { host, port, from, account, verified } = args;
    const secret =
      account &&
      new k8s.core.v1.Secret(
        "mail",
        {
          metadata: { namespace: args.place.namespace, labels: labelsOf("mail") },
          stringData: { password: pulumi.secret(account.password) },
        },
        { parent: this },
      );
    this.server = {
      host,
      port,
      from,
      account: secret && {
        username: account.username,
        password: { secret: { name: secret.metadata.name, key: "password" } },
      },
      verified,
    };
    // By name, wherever that leads; only the port is known.
    this.reach = { peers: [], ports: [port] };
    this.ready = secret ? [secret] : [];
    this.registerOutputs();
  }
}
