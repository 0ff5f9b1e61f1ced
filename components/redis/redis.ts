import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import type { Reach, SecretKey } from "#components/place.ts";

/** What a service needs to talk to Redis itself. */
export type RedisAccess = {
  /** A `redis://` or `rediss://` URL with user and password; `ca` names the authority's file. */
  readonly url: SecretKey;
  /** The server's certificate authority (PEM), mounted where the URL says; absent: a public one. */
  readonly caCertificate?: SecretKey;
};

/** Where a mounted `caCertificate` is found: the `ca` of the URL. */
export const caCertificateFile = "/etc/todo/redis-ca/ca.crt";

/** What every engine returns: those who use Redis do not know which one it is. */
export interface Redis {
  /** The access of a service whose contract declares it. */
  readonly accessFor: (appId: AppId) => RedisAccess;
  /** `host:port` as clients in the cluster reach it. */
  readonly address: pulumi.Output<string>;
  readonly username: string;
  readonly password: SecretKey;
  /** The same as text, for a store of secrets that is not Kubernetes. */
  readonly passwordText: pulumi.Output<string>;
  /** Encrypted by a certificate authority of its own (PEM), by a public one, or not at all. */
  readonly tls: { readonly caCertificate: SecretKey } | "public" | false;
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
}

/** The address by which a service connects, with its user and password. */
export const redisUrl = (
  redis: Pick<Redis, "address" | "tls">,
  username: string,
  password: pulumi.Input<string>,
): pulumi.Output<string> => {
  const scheme = redis.tls ? "rediss" : "redis";
  const query = redis.tls && redis.tls !== "public" ? `?ca=${caCertificateFile}` : "";
  const encoded = pulumi.output(password).apply(encodeURIComponent);
  return pulumi.secret(
    pulumi.interpolate`${scheme}://${encodeURIComponent(username)}:${encoded}@${redis.address}${query}`,
  );
};

/** The authority that a service has to trust, in the form of `RedisAccess`. */
export const authorityFor = ({ tls }: Pick<Redis, "tls">): Pick<RedisAccess, "caCertificate"> =>
  tls && tls !== "public" ? { caCertificate: tls.caCertificate } : {};
