import type * as pulumi from "@pulumi/pulumi";
import type { Reach, SecretKey } from "#components/place.ts";

/** What every engine returns: those who use Redis do not know which one it is. */
export interface Redis {
  /** `host:port` as clients in the cluster reach it. */
  readonly address: pulumi.Output<string>;
  readonly username: string;
  readonly password: SecretKey;
  /** Encrypted by a certificate authority of its own (PEM), by a public one, or not at all. */
  readonly tls: { readonly caCertificate: SecretKey } | "public" | false;
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
}
